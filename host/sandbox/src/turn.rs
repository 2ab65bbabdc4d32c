//! Fair turns in front of the instance pool.
