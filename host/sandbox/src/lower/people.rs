//! Accounts, teams and who is in them.

use domain::record::{AccountKind, Membership, Person, Team, Tombstone};

use super::check::Check;
use super::{Lower, Wrong, lower_kind, wit};

impl Lower for wit::Person {
    type Into = Person;

    fn lower(self, check: &mut Check) -> Result<Person, Wrong> {
        let Self { id, login, name, email, kind, active, time_zone, url, extra } = self;
        Ok(Person {
            id: check.id("id", id)?,
            login: check.optional("login", login, Check::text)?,
            name: check.optional("name", name, Check::text)?,
            email: check.optional("email", email, Check::text)?,
            kind: match kind {
                wit::AccountKind::Human => AccountKind::Human,
                wit::AccountKind::Bot => AccountKind::Bot,
                wit::AccountKind::Agent => AccountKind::Agent,
            },
            active,
            time_zone: check.optional("time-zone", time_zone, Check::text)?,
            url: check.link("url", url)?,
            extra: check.extra(extra)?,
        })
    }
}

impl Lower for wit::Team {
    type Into = Team;

    fn lower(self, check: &mut Check) -> Result<Team, Wrong> {
        let Self { id, name, parent, url, extra } = self;
        Ok(Team {
            id: check.id("id", id)?,
            name: check.text("name", name)?,
            parent: check.optional("parent", parent, Check::id)?,
            url: check.link("url", url)?,
            extra: check.extra(extra)?,
        })
    }
}

impl Lower for wit::Membership {
    type Into = Membership;

    fn lower(self, check: &mut Check) -> Result<Membership, Wrong> {
        let Self { id, team, person, role, since, until, extra } = self;
        Ok(Membership {
            id: check.id("id", id)?,
            team: check.id("team", team)?,
            person: check.id("person", person)?,
            role: check.optional("role", role, Check::text)?,
            since: check.optional("since", since, Check::instant)?,
            until: check.optional("until", until, Check::instant)?,
            extra: check.extra(extra)?,
        })
    }
}

impl Lower for wit::Tombstone {
    type Into = Tombstone;

    fn lower(self, check: &mut Check) -> Result<Tombstone, Wrong> {
        let Self { kind, id } = self;
        Ok(Tombstone { kind: lower_kind(kind), id: check.id("id", id)? })
    }
}
