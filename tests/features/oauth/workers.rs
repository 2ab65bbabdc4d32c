//! Many workers of two processes and one refresh token: it is used once, whoever asks and whoever dies.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use egress::TokenSource as _;
use secrecy::ExposeSecret as _;
use server::config::Config;
use server::host::Host as Opened;
use server::oauth::Account;
use weighbridge_tests::kit::{Host, Provider};

use super::{authorised, counts, needs_authorization};

/// Workers of each process.
const WORKERS: usize = 25;
/// How often each asks.
const ROUNDS: usize = 20;
const FOLDER: &str = "WEIGHBRIDGE_TEST_FOLDER";
const READY: &str = "ready to ask";
const TEST: &str = "oauth::workers::worker_process";

/// A second process of workers, which begins when its standard input ends.
fn process(host: &Host) -> Child {
    let mut command = Command::new(std::env::current_exe().expect("this program"));
    command.args([TEST, "--exact", "--ignored", "--nocapture"]).env(FOLDER, host.folder());
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it starts")
}

/// The account of the only connection, in this process.
async fn account(folder: &std::path::Path) -> Account {
    let config = Config::load(&folder.join("weighbridge.toml")).expect("a configuration");
    let host = Opened::open(config).await.expect("a host");
    let found = host.store.system_read("find the connection", async |tx| {
        let workspace = store::workspaces::find_by_name(tx, "default").await?.expect("a workspace");
        let connection = store::connections::list(tx, workspace.id).await?.remove(0);
        let plugin = store::plugins::get_active(tx, &connection.plugin).await?;
        Ok((connection, plugin.granted.auth[0].clone()))
    });
    let (connection, slot) = found.await.expect("the connection");
    Account::of(&host, &connection, &slot).expect("an OAuth 2 slot")
}

/// All workers at once, after `start`: each finds the token that it has refused by the source.
async fn work(folder: &std::path::Path, start: impl Future<Output = ()>) {
    let account = Arc::new(account(folder).await);
    let first = account.current().await.expect("a token").access;
    start.await;
    let workers = (0..WORKERS).map(|_| {
        let (account, first) = (Arc::clone(&account), first.clone());
        tokio::spawn(async move {
            // The source has ended every access token: all find out at the same time.
            let renewed = account.renewed(&first).await.expect("an answer").expect("another token").access;
            assert_ne!(first.expose_secret(), renewed.expose_secret());
            for _ in 0..ROUNDS {
                let now = account.current().await.expect("a token").access;
                assert_eq!(now.expose_secret(), renewed.expose_secret());
            }
        })
    });
    for worker in workers.collect::<Vec<_>>() {
        worker.await.expect("a worker");
    }
}

#[tokio::test]
#[ignore = "the second process of other tests"]
async fn worker_process() {
    let Some(folder) = std::env::var_os(FOLDER) else { return };
    let start = async {
        eprintln!("{READY}");
        let wait = tokio::task::spawn_blocking(|| std::io::read_to_string(std::io::stdin()));
        wait.await.expect("a wait").expect("an end");
    };
    work(folder.as_ref(), start).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_processes_of_many_workers_refresh_once() {
    let (provider, host) = authorised();
    // Long enough for everybody to ask meanwhile.
    provider.book().pause = Duration::from_millis(400);
    let mut other = process(&host);
    // Both have the same token in their hands before either begins.
    let mut told = BufReader::new(other.stderr.take().expect("what it says")).lines().map_while(Result::ok);
    assert!(told.any(|line| line.contains(READY)), "the other process did not come so far");
    let begin = async { drop(other.stdin.take()) };
    work(host.folder(), begin).await;
    let rest: Vec<_> = told.collect();
    let ended = other.wait_with_output().expect("it ends");
    let answered = String::from_utf8_lossy(&ended.stdout);
    assert!(ended.status.success() && answered.contains("1 passed"), "{answered}\n{}", rest.join("\n"));
    assert_eq!(counts(&provider), (2, 1, 0), "the consent's, and one refresh");
}

fn asked_for_a_refresh(provider: &Provider) {
    let clock = Instant::now();
    while provider.book().refreshes == 0 {
        assert!(clock.elapsed() < Duration::from_secs(30), "nobody refreshes");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// A run dies after the provider has used the refresh token up, and before anybody has read the answer.
fn killed_between_answer_and_store(rotates: bool) -> (Provider, Host) {
    let (provider, host) = authorised();
    provider.book().end_access();
    provider.book().rotates = rotates;
    provider.book().pause = Duration::from_millis(1500);
    let mut sync = host.command(&["sync"]).stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("it starts");
    asked_for_a_refresh(&provider);
    sync.kill().expect("killed");
    let _ = sync.wait();
    provider.book().pause = Duration::ZERO;
    host.end_leases();
    host.end_refreshes();
    (provider, host)
}

#[test]
fn a_crash_between_answer_and_store_says_that_it_needs_another_consent() {
    let (provider, host) = killed_between_answer_and_store(true);
    let _ = host.run(&["sync"]).refused(1, &["needs new authorization"]);
    needs_authorization(&host, &["after a refresh that was interrupted", "weighbridge connection authorize guest"]);
    assert_eq!(counts(&provider), (3, 1, 1), "tried once, and never again");
    host.consent(&provider);
    let _ = host.run(&["sync"]).good();
}

#[test]
fn a_crash_costs_nothing_where_refresh_tokens_stay() {
    let (provider, host) = killed_between_answer_and_store(false);
    let _ = host.run(&["sync"]).good();
    assert_eq!(counts(&provider), (3, 2, 0));
}
