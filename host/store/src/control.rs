//! The control tables: what the operator owns. One module per aggregate.

pub mod audit;
pub mod authorizations;
pub mod budgets;
pub mod changes;
pub mod connections;
pub mod credentials;
pub mod keys;
pub mod meta;
pub mod offers;
pub mod plugins;
pub mod tokens;
pub mod trust;
pub mod workspaces;

use crate::migrate::Migrations;
#[cfg(test)]
use crate::{database, migrate};

/// The numbered files of `migrations/control/`.
pub(crate) const MIGRATIONS: Migrations = Migrations(&[
    include_str!("../migrations/control/0001_tables.sql"),
    include_str!("../migrations/control/0002_trust.sql"),
    include_str!("../migrations/control/0003_upgrades.sql"),
    include_str!("../migrations/control/0004_authorizations.sql"),
    include_str!("../migrations/control/0005_budgets.sql"),
]);

/// Every statement that runs on the control database.
#[cfg(test)]
pub(crate) fn statements() -> impl Iterator<Item = (&'static str, &'static str)> {
    [
        audit::STATEMENTS,
        authorizations::STATEMENTS,
        budgets::STATEMENTS,
        changes::STATEMENTS,
        connections::STATEMENTS,
        connections::leases::STATEMENTS,
        credentials::STATEMENTS,
        keys::STATEMENTS,
        meta::STATEMENTS,
        offers::STATEMENTS,
        plugins::STATEMENTS,
        tokens::STATEMENTS,
        trust::STATEMENTS,
        workspaces::STATEMENTS,
        database::STATEMENTS,
        migrate::STATEMENTS,
    ]
    .into_iter()
    .flatten()
    .copied()
}
