//! Egress against real servers on loopback: every rule, seen from the plugin's side and from the wire.

mod answers;
mod budgets;
mod credentials;
mod dial;
mod gate;
mod proxy;
mod upstream;
mod urls;
mod world;
