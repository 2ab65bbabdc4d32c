//! A guest on trial: installed and connected as any plugin is, and synced together with an honest one, in one process.
//!
//! Whatever the guest does, four things are asserted of every trial: the honest guest, which runs after it in the same
//! process, brings its records; the host is whole; the process never had more memory resident than a quiet sync has, the
//! guest's budget, and a tenth of that; and what went wrong stands in the run's record, in the words that the test names.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use serde_json::Value;

use super::guest::{Guest, MANIFEST};
use super::host::{Host, Ran};
use super::resident::watched;
use super::source::Source;

/// What a call may have by default: linear memory, and the text and the records of a page in the host's own hands.
const MEMORY: u64 = (64 + 8 + 4) << 20;
/// Exit code of a refusal.
const REFUSED: i32 = 77;
/// The runs of the guest on trial.
const MINE: &str = "(SELECT connection_id FROM runs WHERE plugin_id = 'tests/guest')";

/// A guest, and what it asks for.
#[derive(Debug)]
pub struct Trial {
    name: &'static str,
    host: Host,
    manifest: String,
    connect: Vec<String>,
    memory: u64,
}

/// What a sync of it left behind.
#[derive(Debug)]
pub struct Ended {
    /// The host that it ran in.
    pub host: Host,
    /// What `sync --json` says of it.
    pub run: Value,
}

impl Trial {
    /// A guest of `tests/guests` that asks for nothing.
    #[track_caller]
    #[must_use]
    pub fn of(name: &'static str) -> Self {
        Self { name, host: ready().0.copy(), manifest: MANIFEST.to_owned(), connect: Vec::new(), memory: MEMORY }
    }

    /// More of its manifest.
    #[must_use]
    pub fn asking(mut self, lines: &str) -> Self {
        self.manifest.push_str(&format!("\n{lines}\n"));
        self
    }

    /// Other kinds than memberships, beside the teams that its stream is for.
    #[must_use]
    pub fn bringing(mut self, kinds: &[&str]) -> Self {
        let kinds = [&["team"], kinds].concat();
        self.manifest = self.manifest.replace(r#"["team", "membership"]"#, &format!("{kinds:?}"));
        self
    }

    /// A setting, as its connection has it; its manifest takes texts of any name.
    #[must_use]
    pub fn set(mut self, key: &str, value: &str) -> Self {
        self.connect.extend(["--set".to_owned(), format!("{key}={value}")]);
        self.asking(&format!("[settings]\ntype = \"object\"\n[settings.properties.{key}]\ntype = \"string\""))
    }

    /// A directory to read, filled by this: the folder above it is the host's own.
    #[must_use]
    pub fn reading(mut self, fill: impl FnOnce(&Path)) -> Self {
        let inside = self.inside();
        fs::create_dir_all(&inside).expect("a folder");
        fill(&inside);
        self.connect.extend(["--files".to_owned(), inside.display().to_string()]);
        self.asking("[capabilities]\nfiles = true")
    }

    /// The directory that it may read.
    #[must_use]
    pub fn inside(&self) -> PathBuf {
        self.host.folder().join("readable")
    }

    /// The host that it will run in.
    #[must_use]
    pub fn host(&self) -> &Host {
        &self.host
    }

    /// Requests to `granted.example` below `/v1/`, and to `second.example`, both of which this source answers.
    #[must_use]
    pub fn requesting(self, source: &Source) -> Self {
        let to = &source.origin;
        self.host.configure(&format!(
            "[egress]\nroutes = [{{ host = \"granted.example\", to = \"{to}\" }}, {{ host = \"second.example\", to = \"{to}\" }}]\n"
        ));
        self.asking(
            "[[capabilities.http]]\nhost = \"granted.example\"\npath = \"/v1/\"\n[[capabilities.http]]\nhost = \"second.example\"",
        )
    }

    /// A credential in the slot `token`, for `granted.example` alone.
    #[must_use]
    pub fn with_secret(mut self, secret: &str) -> Self {
        let file = self.host.folder().join("secret-of-the-connection");
        fs::write(&file, secret).expect("a secret");
        self.connect.extend(["--credential".to_owned(), format!("token={}", file.display())]);
        self.asking("[[capabilities.auth]]\nname = \"token\"\nscheme = \"bearer\"\nhosts = [\"granted.example\"]")
    }

    /// How long its compilation may take, in seconds.
    #[must_use]
    pub fn compiling_for(self, seconds: u32) -> Self {
        self.host.configure(&format!("[sandbox]\ncompile_seconds = {seconds}\n"));
        self
    }

    /// As much memory as it may have, in bytes, where it asks for another budget.
    #[must_use]
    pub fn within(mut self, bytes: u64) -> Self {
        self.memory = bytes;
        self
    }

    fn pack(&self) -> Guest {
        Guest::pack(&self.host, self.name, &self.manifest)
    }

    /// It is not even installed, for a reason in these words; nothing of it was compiled.
    #[track_caller]
    pub fn refused(self, words: &[&str]) {
        let artefacts = |host: &Host| fs::read_dir(host.folder().join("data/cache")).expect("the cache").count();
        let before = artefacts(&self.host);
        let host = self.unusable(words);
        assert_eq!(artefacts(&host), before, "nothing is kept of it");
    }

    /// It is not installed, for a reason in these words, though it may have been compiled. The refusal is in the audit.
    #[track_caller]
    #[must_use]
    pub fn unusable(self, words: &[&str]) -> Host {
        let guest = self.pack();
        // A publisher has tools of their own; what ours would not sign is refused for what it is, before its signature.
        let _ = guest.try_to_sign(&self.host);
        let (ran, peak) = watched(&mut self.host.command(&["plugin", "install", "--grant", &guest.path()]));
        let _ = ran.refused(REFUSED, words);
        self.is_small(peak);
        let audit = self.host.run(&["audit", "--json"]).good().out;
        assert!(audit.contains("plugin.refuse"), "{audit}");
        let installed = self.host.run(&["plugin", "list", "--json"]).good().json();
        assert_eq!(installed.as_array().map(Vec::len), Some(1), "the honest one alone: {installed}");
        self.host
    }

    /// Its sync fails in these words, and nothing of it is stored.
    #[track_caller]
    pub fn fails(self, words: &[&str]) -> Ended {
        let ended = self.ends(1).says(words);
        assert_eq!((ended.stored(), ended.run["usage"]["records"].as_u64()), (0, Some(0)), "{}", ended.run);
        let moved = format!("SELECT COUNT(*) FROM streams WHERE cursor IS NOT NULL AND connection_id IN {MINE}");
        assert_eq!(ended.host.number(&moved), 0, "the cursor stays");
        ended
    }

    /// Its sync fails in these words, after pages that may stay.
    #[track_caller]
    pub fn stops(self, words: &[&str]) -> Ended {
        self.ends(1).says(words)
    }

    /// Its sync ends well: what it tried was answered, or refused by a value.
    #[track_caller]
    #[must_use]
    pub fn succeeds(self) -> Ended {
        let ended = self.ends(0);
        assert_eq!(ended.run["state"], "succeeded", "{}", ended.run);
        ended
    }

    /// Install it, connect it, and the honest one after it.
    #[track_caller]
    #[must_use]
    pub fn installed(self) -> Self {
        let _ = self.pack().sign(&self.host).install(&self.host).good();
        let connect = ["connect", "tests/guest", "--name", "guest"].into_iter();
        let arguments: Vec<_> = connect.chain(self.connect.iter().map(String::as_str)).collect();
        let _ = self.host.run(&arguments).good();
        let _ = self.host.run(&["connect", "tests/honest", "--name", "honest"]).good();
        self
    }

    #[track_caller]
    fn ends(self, code: i32) -> Ended {
        self.installed().synced(code)
    }

    /// Sync what is installed.
    #[track_caller]
    #[must_use]
    pub fn synced(self, code: i32) -> Ended {
        let (ran, peak) = watched(&mut self.host.command(&["sync", "--json"]));
        assert_eq!(ran.code, code, "{}\n{}", ran.out, ran.err);
        let runs = ran.json();
        let (run, honest) = (&runs[0], &runs[1]);
        assert_eq!((&run["connection"], &honest["connection"]), (&"guest".into(), &"honest".into()));
        assert_eq!((&honest["state"], &honest["usage"]["records"]), (&"succeeded".into(), &2.into()), "{honest}");
        self.is_small(peak);
        let _ = self.host.run(&["check"]).good();
        Ended { run: run.clone(), host: self.host }
    }

    #[track_caller]
    fn is_small(&self, peak: Option<u64>) {
        let (Some(peak), Some(quiet)) = (peak, ready().1) else { return };
        let most = quiet + self.memory + self.memory / 10;
        assert!(peak <= most, "{}: {peak} bytes resident, of {quiet} for a quiet sync and {most} at most", self.name);
    }
}

impl Ended {
    /// The run's record, and who asked for the sync, are told of it in these words.
    #[track_caller]
    fn says(self, words: &[&str]) -> Self {
        let streams = self.run["streams"].as_array().map_or(&[][..], Vec::as_slice);
        let failures = streams.iter().map(|stream| &stream["failure"]).chain([&self.run["failure"]]);
        let told: String = failures.filter_map(|failure| failure["message"].as_str()).collect::<Vec<_>>().join("\n");
        let record = "SELECT COALESCE(error, '') FROM runs WHERE plugin_id = 'tests/guest' ORDER BY id DESC LIMIT 1";
        let record: Value = serde_json::from_str(&self.host.texts(record)[0]).expect("the run's errors");
        let record = record.as_array().into_iter().flatten().filter_map(|error| error["message"].as_str());
        assert_eq!(record.collect::<Vec<_>>().join("\n"), told, "the record says what the sync says");
        for word in words {
            assert!(told.contains(word), "`{word}` is not in: {told}");
        }
        self
    }

    /// What is stored of the guest: records of any kind, and state.
    #[track_caller]
    #[must_use]
    pub fn stored(&self) -> i64 {
        self.host.stored(MINE)
    }

    /// The ids of the teams that it brought.
    #[track_caller]
    #[must_use]
    pub fn teams(&self) -> Vec<String> {
        self.host.texts(&format!("SELECT id FROM teams WHERE connection_id IN {MINE} ORDER BY id"))
    }

    /// The budgets that the run's record says it met.
    #[track_caller]
    #[must_use]
    pub fn met(&self) -> Vec<String> {
        let record = "SELECT inspection FROM runs WHERE plugin_id = 'tests/guest' ORDER BY id DESC LIMIT 1";
        let record: Value = serde_json::from_str(&self.host.texts(record)[0]).expect("the run's inspection");
        let budgets = record["budgets"].as_array().expect("budgets").iter();
        let met = budgets.filter(|budget| budget["met"] != 0).filter_map(|budget| budget["budget"].as_str());
        met.map(str::to_owned).collect()
    }

    /// Everything that the run's record keeps of it, as one text.
    #[track_caller]
    #[must_use]
    pub fn record(&self) -> String {
        let columns = "COALESCE(error, '') || log || COALESCE(inspection, '') || usage";
        self.host.texts(&format!("SELECT {columns} FROM runs WHERE plugin_id = 'tests/guest'")).join("\n")
    }
}

/// A host with the honest guest installed, and the peak of a sync of that one alone.
fn ready() -> &'static (Host, Option<u64>) {
    static READY: OnceLock<(Host, Option<u64>)> = OnceLock::new();
    READY.get_or_init(|| {
        let host = Host::template();
        let manifest = MANIFEST.replace("tests/guest", "tests/honest");
        let _ = Guest::pack(&host, "honest", &manifest).sign(&host).install(&host).good();
        let quiet = host.copy();
        let _: Ran = quiet.run(&["connect", "tests/honest", "--name", "honest"]).good();
        let (ran, peak) = watched(&mut quiet.command(&["sync", "--json"]));
        let _ = ran.good();
        (host, peak)
    })
}
