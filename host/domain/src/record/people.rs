//! Accounts, teams and who is in them. Fields as in `wit/records.wit`, instants parsed.

use serde::Serialize;

use super::{Extra, words};
use crate::Instant;

words! {
    /// Whether an account is a human's.
    AccountKind {
        Human = "human",
        Bot = "bot",
        Agent = "agent",
    }
}

/// An account of the source. Which accounts are one person is the host's to say.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Person {
    /// Unique in the connection.
    pub id: String,
    /// The account name.
    pub login: Option<String>,
    /// The name shown.
    pub name: Option<String>,
    /// The address, where the source gives it.
    pub email: Option<String>,
    /// Whether a human's.
    pub kind: AccountKind,
    /// Whether it can still act.
    pub active: Option<bool>,
    /// An IANA time zone name.
    pub time_zone: Option<String>,
    /// A link for people.
    pub url: Option<String>,
    /// What is not modelled.
    pub extra: Extra,
}

/// A group of people as the source knows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Team {
    /// Unique in the connection.
    pub id: String,
    /// The name shown.
    pub name: String,
    /// The team that it is part of.
    pub parent: Option<String>,
    /// A link for people.
    pub url: Option<String>,
    /// What is not modelled.
    pub extra: Extra,
}

/// A person in a team.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Membership {
    /// Unique in the connection.
    pub id: String,
    /// The team.
    pub team: String,
    /// The person.
    pub person: String,
    /// The role in the team, in the source's word.
    pub role: Option<String>,
    /// From when, where the source says.
    pub since: Option<Instant>,
    /// Until when, where it has ended.
    pub until: Option<Instant>,
    /// What is not modelled.
    pub extra: Extra,
}
