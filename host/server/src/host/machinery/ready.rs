//! What was made ready of each package, kept for as long as the very installation that it was made of stands.
//!
//! Two releases of a plugin may run side by side: the live one, and the one that connections stay on until their workspace
//! consents to more.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use domain::{Capabilities, Digest, Instant, PluginId};
use store::plugins::Plugin;
use tokio::sync::OnceCell;

/// Releases of one plugin that are kept ready.
const MOST_OF_ONE: usize = 3;

/// A place for each package. Making one ready holds up only those that wait for the same one; what could not be made is
/// tried anew by the next.
pub(super) struct Ready<T>(Mutex<Places<T>>);

type Places<T> = HashMap<(PluginId, Digest), (Installation, Slot<T>)>;

type Slot<T> = Arc<OnceCell<Arc<T>>>;

/// What makes one installation of a plugin another than the last: any of it decides what may run, or until when.
#[derive(PartialEq)]
struct Installation {
    signer: String,
    granted: Capabilities,
    installed_at: Instant,
}

impl<T> Default for Ready<T> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<T> Ready<T> {
    /// The place of this installation, empty where it was another one's.
    pub(super) fn slot(&self, plugin: &Plugin) -> Slot<T> {
        let Plugin { id, digest, signer, granted, installed_at, .. } = plugin;
        let installation =
            Installation { signer: signer.clone(), granted: granted.clone(), installed_at: *installed_at };
        let key = (id.clone(), *digest);
        // Nothing can panic while it is held; and a map of places is whole at any moment.
        let mut places = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match places.get(&key) {
            Some((known, slot)) if *known == installation => slot.clone(),
            _ => {
                let slot = Slot::default();
                if places.keys().filter(|(of, _)| of == id).count() >= MOST_OF_ONE {
                    // What still runs is made ready again, out of the cache.
                    places.retain(|(of, _), _| of != id);
                }
                places.insert(key, (installation, slot.clone()));
                slot
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::value::RawValue;
    use store::plugins::PluginState;

    use super::*;

    fn plugin(id: &str) -> Plugin {
        Plugin {
            id: id.parse().expect("an id"),
            version: "1.0.0".to_owned(),
            sequence: 1,
            digest: Digest::from_bytes([1; 32]),
            manifest: RawValue::from_string("{}".to_owned()).expect("JSON"),
            signer: "first".to_owned(),
            granted: Capabilities::default(),
            state: PluginState::Active,
            reason: None,
            installed_at: Instant::from_micros(1),
            previous: None,
        }
    }

    #[tokio::test]
    async fn two_releases_are_ready_side_by_side_and_not_without_end() {
        let ready = Ready::<u8>::default();
        let release = |number: u8| Plugin { digest: Digest::from_bytes([number; 32]), ..plugin("acme/git") };
        for number in 1..=2 {
            ready.slot(&release(number)).set(Arc::new(number)).expect("an empty place");
        }
        assert!(ready.slot(&release(1)).initialized() && ready.slot(&release(2)).initialized());
        for number in 3..50 {
            ready.slot(&release(number));
        }
        assert!(ready.0.lock().expect("whole").len() <= MOST_OF_ONE);
    }

    #[tokio::test]
    async fn a_plugin_that_takes_long_holds_up_only_those_that_wait_for_it() {
        let ready = Ready::<u8>::default();
        let slow = ready.slot(&plugin("acme/slow"));
        let (first, second) = (slow.get_or_init(std::future::pending), ready.slot(&plugin("acme/slow")));
        let made = async {
            let other = ready.slot(&plugin("acme/quick"));
            (second.initialized(), **other.get_or_init(async || Arc::new(7)).await)
        };
        tokio::select! { biased; _ = first => unreachable!("it never ends"), made = made => assert_eq!(made, (false, 7)) }
    }

    #[tokio::test]
    async fn any_other_installation_is_made_ready_anew() {
        let later = Instant::from_micros(2);
        let others = [
            Plugin { digest: Digest::from_bytes([2; 32]), ..plugin("acme/git") },
            Plugin { signer: "second".to_owned(), ..plugin("acme/git") },
            Plugin { granted: Capabilities { state: true, ..Capabilities::default() }, ..plugin("acme/git") },
            Plugin { installed_at: later, ..plugin("acme/git") },
        ];
        for other in others {
            let ready = Ready::<u8>::default();
            ready.slot(&plugin("acme/git")).set(Arc::new(1)).expect("an empty place");
            assert!(ready.slot(&plugin("acme/git")).initialized());
            assert!(!ready.slot(&other).initialized());
        }
    }
}
