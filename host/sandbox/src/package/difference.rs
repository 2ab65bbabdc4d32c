//! How a release differs from the one that is live in what it asks for. More needs a yes; less does not.

use std::collections::BTreeMap;

use domain::{Budget, Capabilities, Consent};
use serde::Serialize;
use serde_json::Value;

use super::manifest::{Manifest, Profile, World};

/// What a release asks for that the live one was not given, and the other way round.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Difference {
    /// What is new, or wider.
    pub more: Asks,
    /// What is gone, or narrower.
    pub less: Asks,
    /// Whether the settings have another schema.
    pub settings_changed: bool,
}

/// One side of a difference.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Asks {
    /// Capabilities and kinds of record: a workspace consents to these.
    #[serde(flatten)]
    pub consent: Consent,
    /// Parts of the budget, in their own units.
    pub budget: BTreeMap<String, Part>,
    /// The profile, where it is another.
    pub profile: Option<Profile>,
    /// The world, where it is another.
    pub world: Option<World>,
}

/// One part of a budget.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Part {
    /// What the live release asked for.
    pub before: u64,
    /// What this one asks for.
    pub now: u64,
}

impl Asks {
    /// Whether it is nothing at all.
    #[must_use]
    pub fn is_nothing(&self) -> bool {
        *self == Self::default()
    }
}

impl Difference {
    /// How `release` differs from `live`, which was granted this.
    #[must_use]
    pub fn between(live: &Manifest, granted: &Capabilities, release: &Manifest) -> Self {
        // Destructured whole, so that a part of the manifest that is forgotten does not compile.
        let Manifest {
            id: _,
            version: _,
            sequence: _,
            title: _,
            description: _,
            license: _,
            homepage: _,
            world,
            profile,
            kinds,
            capabilities,
            budget,
            settings,
        } = release;
        let given = Consent { capabilities: granted.clone(), kinds: live.kinds.clone() };
        let asked = Consent { capabilities: capabilities.clone(), kinds: kinds.clone() };
        let changed = (live.profile != *profile).then_some(*profile);
        let (more, less) = match profile {
            Profile::Pure => (None, changed),
            Profile::InertWasi => (changed, None),
        };
        let parts = parts(&live.budget, budget);
        let of = |is: fn(&Part) -> bool| parts.clone().into_iter().filter(|(_, part)| is(part)).collect();
        Self {
            more: Asks {
                consent: asked.beyond(&given),
                budget: of(|part| part.now > part.before),
                profile: more,
                // No world holds another one.
                world: (live.world != *world).then_some(*world),
            },
            less: Asks {
                consent: given.beyond(&asked),
                budget: of(|part| part.now < part.before),
                profile: less,
                world: None,
            },
            settings_changed: live.settings != *settings,
        }
    }
}

/// The parts of both budgets, by the names that manifests give them.
fn parts(before: &Budget, now: &Budget) -> BTreeMap<String, Part> {
    let numbers = |budget| match serde_json::to_value(budget) {
        Ok(Value::Object(parts)) => parts,
        _ => serde_json::Map::new(),
    };
    let (before, now) = (numbers(before), numbers(now));
    let number = |parts: &serde_json::Map<String, Value>, name: &str| parts.get(name).and_then(Value::as_u64);
    let part = |name: &String| {
        let (before, now) = (number(&before, name).unwrap_or(0), number(&now, name)?);
        Some((name.clone(), Part { before, now }))
    };
    now.keys().filter_map(part).collect()
}

#[cfg(test)]
mod tests {
    use domain::RecordKind;

    use super::*;

    const LIVE: &str = "id = \"acme/forge\"\nversion = \"1.0.0\"\nsequence = 1\ntitle = \"Forge\"\nlicense = \"MIT\"\n\
        kinds = [\"team\"]\n[[capabilities.http]]\nhost = \"forge.example\"\npath = \"/api\"\n";

    fn manifest(text: &str) -> Manifest {
        Manifest::from_toml(text).unwrap_or_else(|error| panic!("{error}: {text}"))
    }

    fn to(text: &str) -> Difference {
        let live = manifest(LIVE);
        Difference::between(&live, &live.capabilities, &manifest(text))
    }

    #[test]
    fn what_is_as_it_was_needs_no_yes() {
        let difference = to(&LIVE.replace("sequence = 1", "sequence = 2").replace("1.0.0", "1.1.0"));
        assert!(difference.more.is_nothing() && difference.less.is_nothing() && !difference.settings_changed);
    }

    #[test]
    fn each_way_of_asking_for_more_is_more_and_never_less() {
        let wider: [(&str, &str); 7] = [
            ("path = \"/api\"\n", "path = \"/\"\n"),
            ("host = \"forge.example\"\n", "host = \"other.example\"\n"),
            ("path = \"/api\"\n", "path = \"/api\"\nmethods = [\"GET\", \"POST\"]\n"),
            ("[\"team\"]\n", "[\"team\", \"person\"]\n"),
            ("[[capabilities.http]]", "[budget]\nmemory_bytes = 100000000\n[[capabilities.http]]"),
            ("[[capabilities.http]]", "[capabilities]\nstate = true\n[[capabilities.http]]"),
            ("kinds", "profile = \"inert-wasi\"\nkinds"),
        ];
        for (part, instead) in wider {
            let difference = to(&LIVE.replace(part, instead));
            assert!(!difference.more.is_nothing(), "{instead}");
            let back = Difference::between(
                &manifest(&LIVE.replace(part, instead)),
                &manifest(&LIVE.replace(part, instead)).capabilities,
                &manifest(LIVE),
            );
            assert!(!back.less.is_nothing(), "{instead}");
            assert_eq!(back.more.is_nothing(), !instead.contains("other.example"), "{instead}");
        }
        let slot = format!(
            "{LIVE}[[capabilities.auth]]\nname = \"token\"\nscheme = \"bearer\"\nhosts = [\"forge.example\"]\n"
        );
        assert_eq!(to(&slot).more.consent.capabilities.auth.len(), 1);
    }

    #[test]
    fn a_part_of_the_budget_is_told_with_both_its_values() {
        let difference = to(&format!("{LIVE}[budget]\ncpu_ms = 5000\nrequests = 10\n"));
        assert_eq!(difference.more.budget, [("cpu_ms".to_owned(), Part { before: 2000, now: 5000 })].into());
        assert_eq!(difference.less.budget, [("requests".to_owned(), Part { before: 50, now: 10 })].into());
        let kinds = to(&LIVE.replace("[\"team\"]", "[\"person\"]"));
        assert_eq!(kinds.more.consent.kinds, [RecordKind::Person]);
        assert_eq!(kinds.less.consent.kinds, [RecordKind::Team]);
    }

    #[test]
    fn what_the_live_release_asked_for_and_was_not_granted_is_more() {
        let live = manifest(LIVE);
        let difference = Difference::between(&live, &Capabilities::default(), &live);
        assert_eq!(difference.more.consent.capabilities, live.capabilities);
    }
}
