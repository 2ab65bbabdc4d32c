//! Generated types into checked domain types.
