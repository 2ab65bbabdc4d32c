//! The thread that advances the epoch.
