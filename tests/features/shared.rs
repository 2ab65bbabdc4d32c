//! Several hosts on one PostgreSQL database: what one brings another shows, and none does what another is doing.

use std::collections::BTreeSet;
use std::fs;
use std::process::Stdio;
use std::time::{Duration, Instant};

use serde_json::Value;
use weighbridge_tests::kit::{Guest, Host, MANIFEST, RECORDS, Ran, Serving, SharedDatabase, TOKEN};
use weighbridge_tests::upstream::{Handle, Organisation, Upstream, serve};

async fn simulator() -> Handle {
    let now = "2026-06-30T12:00:00Z".parse().expect("an instant");
    let upstream = Upstream::new(Organisation::generate(now, 1)).token(TOKEN);
    serve(([127, 0, 0, 1], 0).into(), upstream).await.expect("the simulator")
}

/// A host that is connected with the simulator.
fn connected(host: Host, upstream: &Handle) -> Host {
    host.route_github(&upstream.origin());
    host.install_connector("github");
    host.connect_github("code", &["owner=acme"]);
    host
}

/// Every figure of every metric over two years, by week and as a whole.
async fn figures(host: &Host) -> Vec<(String, Value)> {
    let made = host.run(&["token", "new", "test", "--json"]).good().json();
    let token = made["token"].as_str().expect("a token").to_owned();
    let serving = Serving::start(host);
    let (_, catalogue) = serving.get("/v1/metrics", Some(&token)).await;
    let mut found = Vec::new();
    for metric in catalogue["items"].as_array().expect("metrics") {
        let id = metric["id"].as_str().expect("an id");
        for interval in ["", "&interval=week", "&interval=month&group_by=team"] {
            let path = format!("/v1/metrics/{id}?from=2025-07-01&to=2026-06-30{interval}");
            let (status, answer) = serving.get(&path, Some(&token)).await;
            assert!(status == 200 || status == 400, "{path}: {answer}");
            let points = answer["series"].as_array().into_iter().flatten().map(|series| series["points"].clone());
            found.push((path, points.collect()));
        }
    }
    assert_eq!(serving.stop(), Some(0));
    found
}

#[tokio::test(flavor = "multi_thread")]
async fn both_engines_answer_with_the_same_figures() {
    let upstream = simulator().await;
    let database = SharedDatabase::new();
    let (alone, sharing) = (connected(Host::new(), &upstream), connected(database.host(), &upstream));
    let mut all = Vec::new();
    for host in [&alone, &sharing] {
        let _ = host.run(&["sync"]).good();
        all.push(figures(host).await);
    }
    assert!(!sharing.folder().join("data/control.db").exists(), "nothing is kept in files");
    let known = |found: &[(String, Value)]| {
        found.iter().filter(|(_, points)| points.to_string().contains("\"value\":")).count()
    };
    assert!(known(&all[0]) > 20, "{:?}", all[0]);
    for (here, there) in all[0].iter().zip(&all[1]) {
        assert_eq!(here, there);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_host_needs_the_key_and_nothing_else() {
    let upstream = simulator().await;
    let database = SharedDatabase::new();
    let first = connected(database.host(), &upstream);
    let second = database.joining(&first);
    // The package is fetched, and the credential opens.
    let synced = second.run(&["sync", "--json"]).good().json();
    assert_eq!(synced[0]["state"], "succeeded", "{synced}");
    assert!(second.folder().join("data/packages").is_dir());
    assert_eq!(figures(&first).await, figures(&second).await);

    let other = Host::new();
    fs::copy(other.folder().join("host.key"), second.folder().join("host.key")).expect("copied");
    let _ = second.run(&["sync"]).refused(1, &["is not the key of this store"]);
    fs::remove_file(second.folder().join("host.key")).expect("removed");
    let folder = second.folder().display().to_string();
    let _ = second.run(&["init", &folder]).refused(1, &["a new key could not open what the store holds"]);
}

#[test]
fn a_database_that_is_not_ready_is_refused_before_anything_is_written() {
    let database = SharedDatabase::empty();
    let unprepared = database.joining(&Host::bare());
    let _ = unprepared.run(&["sync"]).refused(1, &["let its owner run `weighbridge database migrate`"]);
    assert_eq!(database.ask("SELECT count(*) FROM pg_namespace WHERE nspname = 'weighbridge'"), ["0"]);
    let _ = database.migrate("no_such_role").refused(1, &["there is no role of the database `no_such_role`"]);
    let migrated = database.migrate("weighbridge_host").good().out;
    assert!(migrated.starts_with("The database went from schema 0 to "), "{migrated}");
    let again = database.migrate("weighbridge_host").good().out;
    assert!(again.contains(" already; `weighbridge_host` may use it."), "{again}");
    let _ = unprepared.run(&["sync"]).refused(1, &["run `weighbridge init` on it"]);
    let newer = "UPDATE weighbridge.schema_version SET version = 99, oldest = 99";
    assert_eq!(database.ask(newer), [""; 0]);
    let _ = unprepared.run(&["sync"]).refused(1, &["start the newer version"]);

    let mut gone = unprepared.command(&["sync"]);
    gone.env("WEIGHBRIDGE__STORAGE__DATABASE", "postgres://someone:secret-word@127.0.0.1:1/nothing");
    let refused = Ran::of(&gone.output().expect("it starts"));
    let refused = refused.refused(1, &["cannot connect to the database"]);
    assert!(!refused.err.contains("secret-word"), "{}", refused.err);
    let mut powerful = unprepared.command(&["sync"]);
    let fresh = SharedDatabase::new();
    powerful.env("WEIGHBRIDGE__STORAGE__DATABASE", &fresh.owner);
    let refused = Ran::of(&powerful.output().expect("it starts"));
    let _ = refused.refused(1, &["could set row-level security aside"]);
}

/// Two hosts serve the same connections, due at once: each run is one host's, and both do some.
#[test]
fn hosts_share_the_work_and_never_do_it_twice() {
    const CONNECTIONS: usize = 12;
    let database = SharedDatabase::new();
    let first = database.host();
    let manifest = MANIFEST.replace("tests/guest", "tests/honest");
    let _ = Guest::pack(&first, "honest", &manifest).sign(&first).install(&first).good();
    let folder = first.folder().display().to_string();
    let _ = first.run(&["init", &folder, "--workspace", "other"]).good();
    for number in 0..CONNECTIONS {
        let (name, workspace) = (format!("number-{number}"), ["default", "other"][number % 2]);
        let _ = first.run(&["connect", "tests/honest", "--name", &name, "--workspace", workspace]).good();
    }
    let second = database.joining(&first);
    let hosts = [Serving::start(&first), Serving::start(&second)];
    let ran = || database.ask("SELECT connection_id, state FROM weighbridge.runs ORDER BY 1");
    let done = || ran().iter().filter(|run| run.ends_with("|succeeded")).count();
    let begun = Instant::now();
    while done() < CONNECTIONS && begun.elapsed() < Duration::from_secs(60) {
        std::thread::sleep(Duration::from_millis(100));
    }
    assert_eq!(hosts.map(Serving::stop), [Some(0); 2]);
    let runs = ran();
    let connections: BTreeSet<&str> = runs.iter().filter_map(|run| run.split('|').next()).collect();
    assert_eq!((done(), runs.len(), connections.len()), (CONNECTIONS, CONNECTIONS, CONNECTIONS), "{runs:?}");
}

/// What all records come to, whichever connection and run brought them.
fn records(database: &SharedDatabase) -> Vec<String> {
    let of = |table: &str| {
        format!(
            "SELECT '{table}', count(*), md5(string_agg(row, '|' ORDER BY row)) FROM (SELECT (to_jsonb(t) - 'workspace_id'
                - 'connection_id' - 'run_id' - 'generation')::text AS row FROM weighbridge.{table} AS t) AS rows"
        )
    };
    let tables: Vec<_> = RECORDS.into_iter().chain(["deliveries"]).map(of).collect();
    database.ask(&(tables.join(" UNION ALL ") + " ORDER BY 1"))
}

/// The server ends every connection of the host, again and again, as it does when it restarts or fails over.
#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_lost_or_doubled_when_the_database_breaks_off() {
    const BREAKS: usize = 12;
    let upstream = simulator().await;
    let (calm, troubled) = (SharedDatabase::new(), SharedDatabase::new());
    let undisturbed = connected(calm.host(), &upstream);
    let _ = undisturbed.run(&["sync"]).good();
    let host = connected(troubled.host(), &upstream);
    let (mut broken, mut attempts) = (0, 0);
    loop {
        let mut sync = host.command(&["sync"]).stderr(Stdio::null()).stdout(Stdio::null()).spawn().expect("it starts");
        attempts += 1;
        let status = loop {
            if let Some(status) = sync.try_wait().expect("a child") {
                break status;
            }
            tokio::time::sleep(Duration::from_millis(300)).await;
            if broken < BREAKS {
                let ended = troubled.ask(
                    "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
                    WHERE datname = current_database() AND usename = 'weighbridge_host'",
                );
                broken += usize::from(ended != ["0"]);
            }
        };
        if status.success() {
            break;
        }
        assert!(attempts < 60, "it does not come to an end");
    }
    assert!(broken >= BREAKS / 2 && attempts > 1, "{broken} times in {attempts} attempts");
    assert_eq!(records(&troubled), records(&calm));
}
