//! The whole product, through the doors that its users have: the command, the API, packages, sources.
//!
//! One binary with a module for each feature. To add a feature's tests: a file here and its line below.

mod apart;
mod authors;
mod backup;
mod budgets;
mod canaries;
mod command;
mod connections;
mod durability;
mod fairness;
mod faults;
mod git;
mod guests;
mod install;
mod journey;
mod oauth;
mod packaging;
mod quarantine;
mod random;
mod shared;
mod stopping;
mod tenancy;
mod trust;
mod upgrades;
mod vendors;
