//! Which series a bucket belongs to.

use std::collections::BTreeMap;

use domain::Day;

use super::Group;

/// A team and who was in it when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TeamMembers {
    /// The team's key.
    pub key: String,
    /// The team's name.
    pub name: String,
    /// Its members. Someone who left and came back is in it twice.
    pub members: Vec<Member>,
}

/// A person's time in a team.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// The person, as buckets name them.
    pub person: String,
    /// The first day; always, where the source does not say.
    pub since: Option<Day>,
    /// The first day that is not of it any more, so that a move counts each day once; none while it lasts.
    pub until: Option<Day>,
}

impl Member {
    fn has(&self, day: Day) -> bool {
        self.since.is_none_or(|since| since <= day) && self.until.is_none_or(|until| day < until)
    }
}

/// From buckets to the keys of their series.
pub(super) enum Keys<'a> {
    /// One series for all.
    One,
    /// The bucket's own key.
    Own,
    /// The teams that the person was in on the day.
    Teams { names: BTreeMap<&'a str, &'a str>, of: BTreeMap<&'a str, Vec<(&'a str, &'a Member)>> },
}

impl<'a> Keys<'a> {
    pub(super) fn new(group: Group, teams: &'a [TeamMembers]) -> Self {
        match group {
            Group::None => Self::One,
            Group::Repository | Group::Person => Self::Own,
            Group::Team => {
                let mut of: BTreeMap<&str, Vec<_>> = BTreeMap::new();
                for team in teams {
                    for member in &team.members {
                        of.entry(&member.person).or_default().push((team.key.as_str(), member));
                    }
                }
                let names = teams.iter().map(|team| (team.key.as_str(), team.name.as_str())).collect();
                Self::Teams { names, of }
            }
        }
    }

    /// The series that what has this key belongs to on a day, each once.
    pub(super) fn of(&self, key: &'a str, day: Day) -> impl Iterator<Item = &'a str> + use<'a> {
        let keys = match self {
            Self::One => vec![""],
            Self::Own => vec![key],
            Self::Teams { of, .. } => {
                let all = of.get(key).into_iter().flatten();
                let mut keys: Vec<_> = all.filter(|(_, member)| member.has(day)).map(|(team, _)| *team).collect();
                keys.sort_unstable();
                keys.dedup();
                keys
            }
        };
        keys.into_iter()
    }

    /// Every series there is to be, with its name: teams and the workspace also where nothing was seen of them.
    pub(super) fn names(self, seen: impl Iterator<Item = &'a str>) -> BTreeMap<&'a str, Option<&'a str>> {
        match self {
            Self::One => BTreeMap::from([("", None)]),
            Self::Own => seen.map(|key| (key, None)).collect(),
            Self::Teams { names, .. } => names.into_iter().map(|(key, name)| (key, Some(name))).collect(),
        }
    }
}
