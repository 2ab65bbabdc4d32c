//! How many calls of a workspace run at a time.

use std::collections::BTreeSet;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use weighbridge_tests::kit::{Guest, Host, MANIFEST, Serving, Source};
use weighbridge_tests::upstream::Answer;

/// How long anything may take that happens.
const PATIENCE: Duration = Duration::from_secs(60);
/// How long is waited for what must not happen: the time that a call takes which nothing holds up, several times over.
const WATCH: Duration = Duration::from_secs(1);

/// A source that answers nobody before it is told to, and knows whose calls stand before it.
#[derive(Default)]
struct Gate {
    seen: Mutex<Seen>,
    changed: Condvar,
}

#[derive(Default)]
struct Seen {
    waiting: BTreeSet<String>,
    open: BTreeSet<String>,
}

impl Gate {
    fn source(self: &Arc<Self>) -> Source {
        let gate = Arc::clone(self);
        Source::start(move |asked| {
            gate.pass(asked.path.trim_start_matches("/v1/"));
            Answer { status: 200, headers: Vec::new(), body: Vec::new() }
        })
    }

    fn pass(&self, who: &str) {
        self.seen().waiting.insert(who.to_owned());
        let shut = |seen: &mut Seen| !seen.open.contains(who);
        let waited = self.changed.wait_timeout_while(self.seen(), PATIENCE, shut);
        waited.unwrap_or_else(PoisonError::into_inner).0.waiting.remove(who);
    }

    fn open(&self, who: &str) {
        self.seen().open.insert(who.to_owned());
        self.changed.notify_all();
    }

    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Which of these stand before it.
    fn waiting(&self, of: &[&'static str]) -> Vec<&'static str> {
        let seen = self.seen();
        of.iter().copied().filter(|who| seen.waiting.contains(*who)).collect()
    }
}

#[track_caller]
fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let clock = Instant::now();
    while !holds() {
        assert!(clock.elapsed() < PATIENCE, "{what}");
        thread::sleep(Duration::from_millis(10));
    }
}

/// Two connections of one workspace, and one of another, each of which asks for a path of its own name.
fn connected(source: &Source) -> Host {
    let host = Host::new();
    host.configure(&format!(
        "[log]\nfilter = \"warn\"\n[egress]\nroutes = [{{ host = \"granted.example\", to = \"{}\" }}]\n",
        source.origin
    ));
    let manifest = format!(
        "{MANIFEST}\n[settings]\ntype = \"object\"\n[settings.properties.forms]\ntype = \"string\"\n\
         [[capabilities.http]]\nhost = \"granted.example\"\npath = \"/v1/\"\n[[capabilities.auth]]\nname = \"token\"\n\
         scheme = \"bearer\"\nhosts = [\"granted.example\"]\noptional = true\n"
    );
    let _ = Guest::pack(&host, "repeats_what_it_hears", &manifest).sign(&host).install(&host).good();
    let _ = host.run(&["init", &host.folder().display().to_string(), "--workspace", "other"]).good();
    for (workspace, name) in [("default", "one"), ("default", "two"), ("other", "three")] {
        let set = format!("forms={name}");
        let _ = host.run(&["connect", "tests/guest", "--workspace", workspace, "--name", name, "--set", &set]).good();
    }
    host
}

fn runs(host: &Host, workspace: &str, state: &str) -> usize {
    let runs = host.run(&["runs", "list", "--workspace", workspace, "--json"]).good().json();
    runs.as_array().expect("runs").iter().filter(|run| run["state"] == state).count()
}

#[test]
fn one_call_at_a_time_holds_up_the_workspace_it_is_set_for_and_no_other() {
    let gate = Arc::new(Gate::default());
    let source = gate.source();
    let host = connected(&source);
    let _ = host.run(&["budget", "set", "--workspace", "default", "concurrent_calls=1"]).good();
    let serving = Serving::start(&host);
    let mine = || gate.waiting(&["one", "two"]);
    until("both workspaces have a call", || !mine().is_empty() && gate.waiting(&["three"]) == ["three"]);
    until("both runs have begun", || runs(&host, "default", "running") == 2);

    gate.open("three");
    until("the other workspace goes on", || runs(&host, "other", "succeeded") == 1);
    let first = mine();
    let clock = Instant::now();
    while clock.elapsed() < WATCH {
        assert_eq!((first.len(), mine()), (1, first.clone()), "one call at a time");
        thread::sleep(Duration::from_millis(10));
    }

    gate.open(first[0]);
    until("the next call has its turn", || !mine().is_empty() && mine() != first);
    assert_eq!(mine().len(), 1, "the first has ended");
    mine().into_iter().for_each(|second| gate.open(second));
    until("both have ended", || runs(&host, "default", "succeeded") == 2);
    assert_eq!(serving.stop(), Some(0));
}

#[test]
fn two_calls_at_a_time_are_under_way_together() {
    let gate = Arc::new(Gate::default());
    let source = gate.source();
    let host = connected(&source);
    let _ = host.run(&["budget", "set", "--workspace", "default", "concurrent_calls=2"]).good();
    let serving = Serving::start(&host);
    until("both are under way", || gate.waiting(&["one", "two"]) == ["one", "two"]);
    ["one", "two", "three"].into_iter().for_each(|who| gate.open(who));
    until("both have ended", || runs(&host, "default", "succeeded") == 2);
    assert_eq!(serving.stop(), Some(0));
}
