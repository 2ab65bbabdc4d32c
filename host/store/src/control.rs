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
pub mod packages;
pub mod plugins;
pub mod purge;
pub mod restored;
pub mod sealed;
pub mod tokens;
pub mod trust;
pub mod workspaces;

#[cfg(test)]
use crate::sql::Statement;
use crate::sqlite::Migrations;

/// The numbered files of `migrations/sqlite/control/`.
pub(crate) const MIGRATIONS: Migrations = Migrations(&[
    include_str!("../migrations/sqlite/control/0001_tables.sql"),
    include_str!("../migrations/sqlite/control/0002_trust.sql"),
    include_str!("../migrations/sqlite/control/0003_upgrades.sql"),
    include_str!("../migrations/sqlite/control/0004_authorizations.sql"),
    include_str!("../migrations/sqlite/control/0005_budgets.sql"),
    include_str!("../migrations/sqlite/control/0006_packages.sql"),
    include_str!("../migrations/sqlite/control/0007_key_versions.sql"),
]);

/// Every statement that runs on the control database.
#[cfg(test)]
pub(crate) fn statements() -> impl Iterator<Item = &'static Statement> {
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
        packages::STATEMENTS,
        plugins::STATEMENTS,
        purge::STATEMENTS,
        restored::STATEMENTS,
        sealed::STATEMENTS,
        tokens::STATEMENTS,
        trust::STATEMENTS,
        workspaces::STATEMENTS,
    ]
    .into_iter()
    .flatten()
    .copied()
}
