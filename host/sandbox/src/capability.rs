//! What a guest can ask the host for: one module per interface.
