//! A stand-in for api.github.com that serves a generated organisation in GitHub's own shapes.
//!
//! The organisation is the same for the same `now` and seed: three teams, forty people (two of them bots), six repositories
//! and 180 days of work, with the rhythm of working days and delays whose tail is long. Exactly the endpoints that the
//! `github` connector asks for are there, with pages, `Link`, `ETag`, rate limits, and faults on demand.
//!
//! - [`Organisation`]: what there is. `random` and `rhythm` make it lifelike, `history` lives it day by day.
//! - `shapes`: things as GitHub writes them.
//! - `routes`: which list or thing a path names. To add an endpoint: a line there and a shape.
//! - [`Upstream`]: an answer to a request: token, faults, limits, pages, tags. [`serve`] puts it on a port.

mod answer;
mod history;
mod organisation;
mod random;
mod rhythm;
mod routes;
mod server;
mod shapes;

pub use answer::{Answer, Asked, Upstream};
pub use organisation::Organisation;
pub(crate) use random::Random;
pub use server::{Handle, serve};

#[cfg(test)]
mod tests;
