//! Trust over its life: given, handed on from key to key, and taken back from what runs.

mod independent;
mod lifecycle;
mod running;
