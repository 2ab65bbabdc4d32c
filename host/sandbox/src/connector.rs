//! A component that is ready to be called.
