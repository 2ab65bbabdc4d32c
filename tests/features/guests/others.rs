//! Attempts to see what is another's: of another call, another connection, the host.

use std::fs;
use std::os::unix::fs::symlink;
use std::process::Command;

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use weighbridge_tests::kit::{CLIENT, CONSENT, Guest, oauth_manifest};

use super::lies::answering;

const SECRET: &str = "canary-7f3a/9c1e+42d0";

guests! {
    remembers has_nothing_of_the_call_before: |trial| {
        let ended = trial.succeeds();
        let _ = ended.host.run(&["sync"]).good();
        // The id of its one record counts earlier calls: had an instance survived, there would be a second record.
        assert_eq!(ended.teams(), ["calls-before-0"]);
    };
    walks_out reads_nothing: |trial| {
        fs::write(trial.host().folder().join("secret"), "canary").expect("a file");
        let ended = trial.reading(|inside| {
            fs::create_dir_all(inside.join("inside")).expect("a folder");
            symlink(inside.with_file_name("secret"), inside.join("link-to-secret")).expect("a link");
        }).succeeds();
        assert_eq!(ended.teams(), [""; 0], "every path that was read is a record");
    };
    reads_odd_names reads_nothing: |trial| {
        fs::write(trial.host().folder().join("secret"), "canary").expect("a file");
        assert_eq!(trial.reading(|_| {}).succeeds().teams(), [""; 0]);
    };
    reads_a_pipe does_not_wait: |trial| {
        let ended = trial.reading(|inside| {
            let made = Command::new("mkfifo").arg(inside.join("pipe")).status();
            assert!(made.is_ok_and(|status| status.success()), "a pipe");
        }).succeeds();
        assert_eq!(ended.teams(), [""; 0]);
    };
    reads_links_of_the_system reads_nothing: |trial| {
        let ended = trial.reading(|inside| {
            let links = [("zero", "/dev/zero"), ("environ", "/proc/self/environ"), ("mem", "/proc/self/mem"),
                ("root", "/proc/self/root"), ("cwd", "/proc/self/cwd"), ("fd", "/proc/self/fd")];
            links.iter().for_each(|(name, to)| symlink(to, inside.join(name)).expect("a link"));
        }).succeeds();
        assert_eq!(ended.teams(), [""; 0]);
    };
    reads_at_the_end_of_numbers reads_what_there_is: |trial| {
        let ended = trial.reading(|inside| fs::write(inside.join("small"), "small").expect("a file")).succeeds();
        assert_eq!(ended.teams(), [""; 0]);
    };
    reads_without_end has_its_budget: |trial| {
        let large = vec![0_u8; 4 << 20];
        let ended = trial.reading(|inside| fs::write(inside.join("large"), large).expect("a file"))
            .asking("[budget]\nfile_bytes = 67108864").succeeds();
        assert_eq!(ended.teams(), ["60"], "of 64 MiB, since looking costs, too");
    };
    reads_a_file_that_shrinks gets_no_more_than_it_asks: |trial| {
        let ended = trial.reading(|inside| {
            let sparse = fs::File::create(inside.join("sparse")).expect("a file");
            sparse.set_len(1 << 40).expect("a length");
        }).succeeds();
        assert_eq!(ended.teams(), ["Ok(4194304)"]);
    };
    reads_while_it_is_moved never_leaves_its_directory: |trial| {
        let folder = trial.host().folder().to_owned();
        fs::create_dir_all(folder.join("outside")).expect("a folder");
        fs::write(folder.join("outside/secret"), "canary").expect("a file");
        let trial = trial.reading(|inside| {
            fs::create_dir_all(inside.join("kept")).expect("a folder");
            fs::write(inside.join("kept/secret"), "harmless").expect("a file");
            symlink("../outside", inside.join("out")).expect("a link");
            symlink("kept", inside.join("in")).expect("a link");
        }).asking("[budget]\ncpu_ms = 10000").installed();
        let (inside, done) = (trial.inside(), AtomicBool::new(false));
        std::thread::scope(|scope| {
            scope.spawn(|| {
                let moved = inside.join("moved");
                for turn in ["kept", "../outside"].iter().cycle() {
                    if done.load(Ordering::Relaxed) { break }
                    let next = inside.join("next");
                    symlink(turn, &next).and_then(|()| fs::rename(&next, &moved)).expect("moved");
                }
            });
            // Told however the sync ends, or nobody would stop moving.
            let ended = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| trial.synced(0)));
            done.store(true, Ordering::Relaxed);
            assert_eq!(ended.expect("a sync").teams(), [""; 0], "canaries");
        });
    };
    looks_for_its_credential finds_none: |trial| {
        let source = answering();
        let ended = trial.requesting(&source).with_secret(SECRET).succeeds();
        assert!(source.take_requests()[0].authorization.as_deref().is_some_and(|sent| sent.ends_with(SECRET)));
        assert!(!ended.record().contains(SECRET), "{}", ended.record());
        assert!(!format!("{:?}", ended.teams()).contains(SECRET));
        fs::remove_file(ended.host.folder().join("secret-of-the-connection")).expect("the file that it was given in");
        assert_eq!(holding(ended.host.folder(), SECRET), [""; 0], "nothing that is kept holds it");
    };
    looks_for_other_connections sees_its_own_state: |trial| {
        let trial = trial.asking("[capabilities]\nstate = true").set("who", "first").installed();
        let second = ["connect", "tests/guest", "--name", "second", "--set", "who=second"];
        let _ = trial.host().run(&second).good();
        let ended = trial.synced(0);
        let _ = ended.host.run(&["sync"]).good();
        assert_eq!(ended.teams(), ["first sees first", "second sees second"]);
    };
    scavenges_memory finds_nothing: |trial| {
        let ended = trial.succeeds();
        assert_eq!((ended.teams().as_slice(), &ended.run["streams"][0]["pages"]), (&[][..], &13.into()));
    };
    probes_for_time_and_chance finds_none: |trial| {
        let ended = trial.succeeds();
        let _ = ended.host.run(&["sync"]).good();
        assert_eq!(ended.teams().len(), 1, "both runs are alike: {:?}", ended.teams());
    };
    asks_for_the_time has_no_clock: |trial| {
        trial.fails(&["trapped in `pull`", "unreachable"]);
    };
    starts_a_thread has_none: |trial| {
        assert_eq!(trial.succeeds().teams(), ["refused"]);
    };
    opens_files_and_sockets has_none: |trial| {
        assert_eq!(trial.succeeds().teams(), [""; 0]);
    };
    scans_itself finds_what_it_planted_and_nothing_else: |trial| {
        let rule = "[budget]\ncpu_ms = 20000\n[[capabilities.http]]\nhost = \"api.example.test\"";
        let ended = trial.asking(rule).succeeds();
        assert_eq!(ended.teams(), ["hits 0, planted true, blanked false"], "nothing was asked of anybody");
    };
    authorised_pages is_stopped_where_nobody_has_consented: |trial| {
        let host = trial.host();
        let manifest = oauth_manifest("authorization-code", CONSENT);
        let _ = Guest::pack(host, "authorised_pages", &manifest).sign(host).install(host).good();
        let _ = host.run(&["connect", "tests/guest"]).refused(2, &["needs the credential `account`"]);
        let client = host.client_file(CLIENT);
        let _ = host.run(&["connect", "tests/guest", "--credential", &format!("account={client}")]).good();
        let _ = host.run(&["sync", "guest"]).refused(1, &["needs new authorization of `account`"]);
    };
    log_of_secrets_to_others stays_with_its_own_run: |trial| {
        let ended = trial.set("who", SECRET).fails(&["trapped in `pull`", "unreachable"]);
        let errors = "SELECT COALESCE(error, '') FROM runs";
        assert!(!ended.host.texts(errors).concat().contains(SECRET), "a panic's words go nowhere");
        let others = "SELECT log || egress FROM runs WHERE plugin_id <> 'tests/guest'";
        assert!(!ended.host.texts(others).concat().contains(SECRET));
        assert!(ended.record().contains(SECRET), "what it logs is its own run's to show");
    };
}

/// The files below a folder that hold this text.
fn holding(folder: &Path, text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder").filter_map(Result::ok) {
        let path = entry.path();
        if path.is_dir() {
            found.extend(holding(&path, text));
        } else if fs::read(&path).is_ok_and(|bytes| bytes.windows(text.len()).any(|window| window == text.as_bytes())) {
            found.push(path.display().to_string());
        }
    }
    found
}
