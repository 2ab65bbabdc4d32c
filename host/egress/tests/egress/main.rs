//! Egress against real servers on loopback: every rule, seen from the plugin's side and from the wire.

mod answers;
mod authority;
mod bombs;
mod budgets;
mod corpus;
mod credentials;
mod dial;
mod dns;
mod downgrade;
mod floods;
mod framing;
mod gate;
mod namespace;
mod packets;
mod proxy;
mod rebinding;
mod second;
mod secure;
mod tls;
mod tokens;
mod upstream;
mod urls;
mod world;
