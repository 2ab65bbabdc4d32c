//! CPU time of one call.
