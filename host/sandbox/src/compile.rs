//! Compilation in a child process with limits.
