//! Memory, tables and instances of one call.
