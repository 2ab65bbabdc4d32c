//! Sources that fail, refuse, lie or break off: through the whole host, every fault is one clear error, nothing is half
//! written, and the next run brings the rest exactly once.
//!
//! Each test disturbs one page of a list of several, then lets the source behave again. To add a fault: a test that calls
//! [`disturbed`] with the kind of the failure, the words that must be in it, and what becomes of the honest answer.

mod bodies;
mod limits;
mod links;
mod refusals;
mod transport;

use std::collections::BTreeMap;
use std::fs;
use std::sync::OnceLock;

use serde_json::Value;
use weighbridge_tests::kit::{Host, Reply, Request, Serving, Source, TOKEN};
use weighbridge_tests::upstream::Answer;

/// One list of one repository, in pages of a hundred.
const SETTINGS: [&str; 4] = ["owner=acme", "repositories=[\"shop\"]", "streams=[\"issues\"]", "details=false"];

type Contents = BTreeMap<&'static str, Vec<String>>;

/// A host that is connected with one list of one repository. It is made once, and copied.
fn connected(source: &Source) -> Host {
    static FIRST: OnceLock<Host> = OnceLock::new();
    Host::connected(&FIRST, &SETTINGS, source, false)
}

/// What a host has that was never disturbed.
fn undisturbed() -> &'static Contents {
    static CONTENTS: OnceLock<Contents> = OnceLock::new();
    CONTENTS.get_or_init(|| {
        let source = Source::organisation();
        let host = connected(&source);
        let run = host.run(&["sync", "--json"]).good().json();
        assert!(run[0]["streams"][0]["pages"].as_u64() >= Some(4), "there is something to disturb: {run}");
        host.contents()
    })
}

/// A sync that was disturbed, and failed.
struct Failed {
    source: Source,
    host: Host,
    /// The message that the user is told.
    message: String,
    /// The failure, as `--json` tells it.
    failure: Value,
}

/// The list's third request is answered with a fault. The sync fails with this kind and these words, on standard error, in
/// JSON and in the API alike; what is stored are the two pages before it.
fn disturbed(kind: &str, words: &[&str], fault: impl Fn(&Request, Answer) -> Reply + Send + Sync + 'static) -> Failed {
    let source = Source::organisation();
    let host = connected(&source);
    source.misbehave("/issues", 3, fault);
    let ran = host.run(&["sync", "--json"]);
    assert_eq!(ran.code, 1, "{}\n{}", ran.out, ran.err);
    let run = &ran.json()[0];
    let stream = &run["streams"][0];
    let failure = stream["failure"].clone();
    let message = failure["message"].as_str().unwrap_or_else(|| panic!("no failure: {run}")).to_owned();
    assert_eq!(
        (&failure["kind"], &stream["pages"], &run["state"]),
        (&kind.into(), &2.into(), &"failed".into()),
        "{run}"
    );
    for word in words.iter().chain(&["github", "issues:acme/shop"]) {
        assert!(ran.err.contains(word), "`{word}` is not in: {}", ran.err);
    }
    assert!(ran.err.contains(&message), "{}", ran.err);
    let errors = ran.err.lines().filter(|line| line.starts_with("weighbridge:")).count();
    assert_eq!(errors, 1, "one error: {}", ran.err);
    // Pages overlap by the items of one second, and pull requests are left out.
    let stored = host.records("work_items");
    assert!(0 < stored && stored <= 200 && Some(stored) <= stream["records"].as_u64(), "{stored} are stored: {run}");
    told(&host, run, kind, &message);
    unseen(&host);
    Failed { source, host, message, failure }
}

impl Failed {
    /// When the source behaves again, the next run asks for the page that failed and for no earlier one, and what is stored
    /// then is what an undisturbed sync stores.
    fn recovers(self) {
        let Self { source, host, .. } = self;
        source.behave();
        let failed_at = source.take_requests().pop().expect("requests").target;
        let run = host.run(&["sync", "--json"]).good().json();
        let first = source.take_requests().into_iter().find(|request| request.target.contains("/issues"));
        assert_eq!(first.expect("a request").target, failed_at, "it goes on where it failed");
        assert_eq!(run[0]["state"], "succeeded");
        assert!(host.contents() == *undisturbed(), "the records are those of an undisturbed sync");
    }
}

/// `GET /v1/runs/{id}` and `GET /v1/connections/{id}` say the same.
fn told(host: &Host, run: &Value, kind: &str, message: &str) {
    let token = host.run(&["token", "new", "test", "--json"]).good().json()["token"].clone();
    let token = token.as_str().expect("a token");
    let serving = Serving::start(host);
    let get = |path: String| {
        let (status, answer) = block_on(serving.get(&path, Some(token)));
        assert_eq!(status, 200, "{path}: {answer}");
        answer
    };
    let shown = get(format!("/v1/runs/{}", run["run"].as_str().expect("a run")));
    let error = &shown["errors"][0];
    assert_eq!((&error["kind"], &error["stream"]), (&kind.into(), &"issues:acme/shop".into()), "{shown}");
    assert_eq!((error["message"].as_str(), &shown["state"]), (Some(message), &"failed".into()), "{shown}");
    let connection = get("/v1/connections".into())["items"][0].clone();
    let connection = get(format!("/v1/connections/{}", connection["id"].as_str().expect("a connection")));
    let stream = &connection["streams"][0];
    assert!(stream["error"].as_str().is_some_and(|error| error.contains(message)), "{connection}");
    assert_eq!(stream["caught_up"], false, "{connection}");
}

/// The credential is in no file of the host.
fn unseen(host: &Host) {
    let mut folders = vec![host.folder().to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let bytes = fs::read(&path).expect("a file");
            let found = bytes.windows(TOKEN.len()).any(|window| window == TOKEN.as_bytes());
            assert!(!found, "the credential lies in {}", path.display());
        }
    }
}

/// Seconds from now until the connection is due.
fn due_in(host: &Host) -> i64 {
    let due = host.control_number("SELECT due_at FROM connections") / 1_000_000;
    due - jiff::Timestamp::now().as_second()
}

fn block_on<T>(future: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(future)
}

/// An answer with another status, and a body as GitHub writes it.
fn refusal(status: u16, headers: &[(&'static str, &str)]) -> Reply {
    let headers = headers.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
    Reply::honest(&Answer { status, headers, body: br#"{"message":"no"}"#.to_vec() })
}
