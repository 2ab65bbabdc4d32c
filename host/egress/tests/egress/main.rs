//! Egress against real servers on loopback: every rule, seen from the plugin's side and from the wire.

mod answers;
mod authority;
mod budgets;
mod credentials;
mod dial;
mod downgrade;
mod gate;
mod proxy;
mod secure;
mod tls;
mod upstream;
mod urls;
mod world;
