//! Secrets that are told from everything else, all along the road: a source and a provider that repeat them in every form,
//! failures, the log at its most verbose. Then everything that the host keeps and says is searched for them.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use weighbridge_tests::kit::{Authorizing, CONSENT, Fault, Guest, Host, Provider, Ran, Serving, oauth_manifest};

/// What all planted secrets have in common; the guest `scans_itself` looks for it, too.
const MARKER: &str = "cAnArYzQ7x";

/// A secret of each sort.
fn secret(sort: &str) -> String {
    format!("{MARKER}-{sort}+S3cret/4711")
}

/// A host with a slot of each scheme, whose log hides nothing.
struct Road {
    provider: Provider,
    host: Host,
    said: Vec<(String, Vec<u8>)>,
}

impl Road {
    fn new() -> Self {
        let provider = Provider::start("client", &secret("client"));
        provider.book().prefix = format!("{MARKER}-provider");
        provider.book().echoes = true;
        let host = Host::new();
        host.route_provider(&provider, "trace");
        fs::create_dir(host.folder().join("tmp")).expect("a folder");
        Self { provider, host, said: Vec::new() }
    }

    fn manifest() -> String {
        let slot = |name: &str, scheme: &str| {
            format!(
                "[[capabilities.auth]]\nname = \"{name}\"\nscheme = {scheme}\nhosts = [\"api.example.test\"]\noptional = true\n"
            )
        };
        let fixed =
            [slot("bearer", "\"bearer\""), slot("basic", "\"basic\""), slot("header", "{ header = \"x-secret\" }")];
        let manifest = oauth_manifest("authorization-code", CONSENT);
        let (before, after) = manifest.split_once("[[capabilities.auth]]").expect("a slot");
        let rule = "path = \"/api\"\nmethods = [\"GET\", \"POST\"]";
        format!("{}{}[[capabilities.auth]]{after}", before.replace("path = \"/api\"", rule), fixed.concat())
    }

    /// Run a command, and keep what it says.
    fn run(&mut self, arguments: &[&str]) -> Ran {
        let mut command = self.host.command(arguments);
        let output = command.env("TMPDIR", self.host.folder().join("tmp")).output().expect("it starts");
        self.keep(arguments, &[&output.stdout[..], &output.stderr].concat());
        Ran::of(&output)
    }

    fn keep(&mut self, arguments: &[&str], said: &[u8]) {
        self.said.push((format!("output of `{}`", arguments.join(" ")), said.to_vec()));
    }

    /// Connect with a secret in each slot.
    fn connect(&mut self) {
        let of = |slot: &str| match slot {
            "account" => format!("client\n{}", secret("client")),
            "basic" => format!("user:{}", secret("basic")),
            slot => secret(slot),
        };
        let slots = ["account", "bearer", "basic", "header"];
        let files: Vec<_> = slots.iter().map(|slot| self.host.folder().join(format!("{slot}.txt"))).collect();
        let given = slots.iter().zip(&files).map(|(slot, file)| {
            fs::write(file, of(slot)).expect("written");
            format!("{slot}={}", file.display())
        });
        let given: Vec<_> = given.collect();
        let credentials = given.iter().flat_map(|given| ["--credential", given.as_str()]);
        let arguments: Vec<_> = ["connect", "tests/guest"].into_iter().chain(credentials).collect();
        let _ = self.run(&arguments).good();
        files.iter().for_each(|file| fs::remove_file(file).expect("removed"));
    }

    fn consent(&mut self) {
        let authorizing = self.host.authorize();
        assert_eq!(Authorizing::visit(&authorizing.callback(&self.provider)).0, 200);
        let ended = authorizing.end().good();
        self.keep(&["connection", "authorize"], format!("{}{}", ended.out, ended.err).as_bytes());
    }

    /// Serve: a run that begins by itself, with a token that has to be renewed first.
    fn serve(&mut self) -> Serving {
        self.provider.book().end_access();
        for change in ["pause", "resume"] {
            let _ = self.run(&["connection", change, "guest"]).good();
        }
        let configuration = fs::read_to_string(self.host.configuration()).expect("a configuration");
        self.host.configure(&configuration.replace("enabled = false", "enabled = true"));
        let succeeded = || self.host.number("SELECT COUNT(*) FROM runs WHERE state = 'succeeded'");
        let (before, clock) = (succeeded(), Instant::now());
        let serving = Serving::start(&self.host);
        while succeeded() == before {
            assert!(clock.elapsed() < Duration::from_secs(60), "the host syncs by itself");
            std::thread::sleep(Duration::from_millis(20));
        }
        serving
    }

    /// Everything that must be found nowhere, by name.
    fn secrets(&self, api: &str) -> Vec<(String, Vec<u8>)> {
        let key = fs::read(self.host.folder().join("host.key")).expect("the host key");
        let sorts = ["client", "bearer", "basic", "header"].map(|sort| (sort.to_owned(), secret(sort).into_bytes()));
        let given = self.provider.book().given.clone().into_iter().map(|token| (token.clone(), token.into_bytes()));
        let own = [("host key".to_owned(), key), ("token of the API".to_owned(), api.as_bytes().to_vec())];
        let all: Vec<_> = sorts.into_iter().chain(given).chain(own).collect();
        [&all[..], &[("marker".to_owned(), MARKER.as_bytes().to_vec())]].concat()
    }

    /// Every file of the host but the key's own, and everything that was said.
    fn places(&self) -> Vec<(String, Vec<u8>)> {
        let mut places = self.said.clone();
        files(self.host.folder(), &mut places);
        places.retain(|(name, _)| !name.ends_with("/host.key"));
        places
    }
}

fn files(folder: &Path, found: &mut Vec<(String, Vec<u8>)>) {
    for path in fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path()) {
        if path.is_dir() {
            files(&path, found);
        } else if let Ok(bytes) = fs::read(&path) {
            found.push((path.display().to_string(), bytes));
        }
    }
}

/// The forms in which bytes travel.
fn forms(secret: &[u8]) -> Vec<(&'static str, Vec<u8>)> {
    let each = |form: fn(&u8) -> String| secret.iter().map(form).collect::<String>().into_bytes();
    let kept: String = url::form_urlencoded::byte_serialize(secret).collect();
    let mut forms = vec![
        ("plain", secret.to_vec()),
        ("lower case", secret.to_ascii_lowercase()),
        ("hex", each(|byte| format!("{byte:02x}"))),
        ("HEX", each(|byte| format!("{byte:02X}"))),
        ("percent", each(|byte| format!("%{byte:02X}"))),
        ("form", kept.into_bytes()),
        ("UTF-16", secret.iter().flat_map(|byte| [*byte, 0]).collect()),
        ("numbers", secret.iter().map(u8::to_string).collect::<Vec<_>>().join(", ").into_bytes()),
    ];
    for offset in 0..3 {
        let padded = [&vec![0; offset][..], secret].concat();
        let (from, to) = ((offset * 8usize).div_ceil(6), padded.len() * 8 / 6);
        forms.push(("base64", STANDARD_NO_PAD.encode(&padded).as_bytes()[from..to].to_vec()));
        forms.push(("base64url", URL_SAFE_NO_PAD.encode(&padded).as_bytes()[from..to].to_vec()));
    }
    forms
}

/// What is found where.
fn search(places: &[(String, Vec<u8>)], secrets: &[(String, Vec<u8>)]) -> Vec<String> {
    let mut found = Vec::new();
    for (secret, bytes) in secrets {
        for (form, needle) in forms(bytes) {
            let holds = |text: &[u8]| memchr::memmem::find(text, &needle).is_some();
            let hits = places.iter().filter(|(_, text)| holds(text));
            found.extend(hits.map(|(place, _)| format!("{secret} ({form}) in {place}")));
        }
    }
    found
}

#[test]
fn the_search_finds_what_is_planted() {
    let secret = secret("planted");
    let text = |text: String| format!("before {text} after").into_bytes();
    let planted = [
        text(secret.clone()),
        text(STANDARD.encode(format!("x{secret}"))),
        text(URL_SAFE_NO_PAD.encode(format!("xy{secret}"))),
        text(secret.bytes().map(|byte| format!("{byte:02X}")).collect()),
        text(url::form_urlencoded::byte_serialize(secret.as_bytes()).collect()),
        text(format!("{:?}", secret.as_bytes())),
        secret.encode_utf16().flat_map(u16::to_le_bytes).collect(),
    ];
    for place in planted {
        let found = search(&[("here".to_owned(), place.clone())], &[("it".to_owned(), secret.clone().into_bytes())]);
        assert!(!found.is_empty(), "{}", String::from_utf8_lossy(&place));
    }
    let folder = tempfile::TempDir::new().expect("a folder");
    fs::create_dir(folder.path().join("deep")).expect("a folder");
    fs::write(folder.path().join("deep/file"), format!("x{secret}")).expect("written");
    let mut places = Vec::new();
    files(folder.path(), &mut places);
    assert!(!search(&places, &[("it".to_owned(), secret.into_bytes())]).is_empty());
}

#[tokio::test]
async fn no_secret_is_in_anything_that_the_host_keeps_or_says_or_shows_a_plugin() {
    let mut road = Road::new();
    let _ = Guest::pack(&road.host, "scans_itself", &Road::manifest()).sign(&road.host).install(&road.host).good();
    road.connect();
    road.consent();
    let _ = road.run(&["sync", "--json"]).good();
    let scanned = road.host.record_ids("teams");
    assert_eq!(scanned, ["hits 0, planted true, blanked true"], "what the guest found in its own memory");
    // Renewed after a refusal; refused by a provider that repeats everything; lost; given again.
    road.provider.book().end_access();
    let _ = road.run(&["sync"]).good();
    road.provider.book().fault = Some(Fault::Refuse("temporarily_unavailable"));
    road.provider.book().end_access();
    let _ = road.run(&["sync"]);
    road.host.forget_waits();
    road.provider.book().fault = Some(Fault::Refuse("invalid_grant"));
    let _ = road.run(&["sync"]);
    let _ = road.run(&["connection", "show", "guest"]);
    road.provider.book().fault = None;
    road.provider.book().end_refresh();
    road.consent();
    let _ = road.run(&["sync"]).good();
    let token = road.host.run(&["token", "new", "reader", "--json"]).good().json();
    let token = token["token"].as_str().expect("a token").to_owned();
    let serving = road.serve();
    for path in
        ["/v1/connections", "/v1/runs", "/v1/metrics/nothing", "/v1/connections/x", "/openapi.json", "/v1/plugins"]
    {
        for bearer in [token.clone(), secret("bearer")] {
            let answered = serving.ask(path, Some(&bearer), &[]).await;
            road.keep(&["GET", path], answered.text.as_bytes());
        }
    }
    let _ = road.run(&["audit"]);
    // Killed, so that write-ahead log and shared memory stay as they were.
    let killed = Command::new("kill").args(["-KILL", &serving.pid().to_string()]).status();
    assert!(killed.is_ok_and(|status| status.success()));
    let secrets = road.secrets(&token);
    assert!(road.provider.book().given.len() >= 6, "{:?}", road.provider.book().given.len());
    let places = road.places();
    assert!(places.iter().any(|(name, _)| name.ends_with("control.db-wal")), "the write-ahead log is searched");
    let traced = places.iter().filter(|(name, text)| name.starts_with("output") && text.len() > 10_000).count();
    assert!(traced >= 3, "the log hides nothing");
    let log = places.iter().find(|(name, _)| name.ends_with("/serve.log")).expect("the log of the host that serves");
    assert!(memchr::memmem::find(&log.1, b"egress.request.send").is_some(), "its log hides nothing either");
    assert_eq!(search(&places, &secrets), Vec::<String>::new());

    let _ = road.run(&["connection", "remove", "guest"]).good();
    assert_eq!(search(&road.places(), &secrets), Vec::<String>::new());
}
