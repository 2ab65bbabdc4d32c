//! Covert use of hosts, and what sources send back.

use std::io::Write;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use flate2::Compression;
use flate2::write::GzEncoder;
use weighbridge_tests::kit::{Manner, Reply, Source, Trial};
use weighbridge_tests::upstream::{Answer, Asked};

use super::lies::answering;

const SECRET: &str = "canary-7f3a/9c1e+42d0";

/// Every attempt is refused by a value, and nothing reaches the source.
#[track_caller]
fn reaches_nobody(trial: Trial) {
    let source = answering();
    let ended = trial.requesting(&source).with_secret(SECRET).succeeds();
    assert_eq!((ended.teams().as_slice(), source.requests()), (&[][..], 0), "attempts that were answered");
    assert_eq!(ended.run["usage"]["requests"], 0, "{}", ended.run);
}

fn answer(status: u16, headers: &[(&'static str, &str)], body: impl Into<Vec<u8>>) -> Answer {
    Answer {
        status,
        headers: headers.iter().map(|(name, value)| (*name, (*value).to_owned())).collect(),
        body: body.into(),
    }
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).expect("compressed");
    encoder.finish().expect("compressed")
}

/// Sends the credential back, in the form that the path names.
fn echo(asked: &Asked<'_>) -> Answer {
    let sent = asked.authorization.unwrap_or_default().trim_start_matches("Bearer ").to_owned();
    let each = |form: fn(u8) -> String| sent.bytes().map(form).collect::<String>();
    match asked.path.trim_start_matches("/v1/") {
        "base64" => answer(200, &[], STANDARD.encode(format!("user:{sent}"))),
        "hex" => answer(200, &[], each(|byte| format!("{byte:02x}"))),
        "url" => answer(200, &[], each(|byte| format!("%{byte:02X}"))),
        "json" => answer(200, &[], format!("{{\"token\":\"{}\"}}", sent.replace('/', "\\/"))),
        "unicode" => answer(200, &[], each(|byte| format!("\\u{byte:04x}"))),
        "html" => answer(200, &[], each(|byte| format!("&#{byte};"))),
        "upper" => answer(200, &[], sent.to_uppercase()),
        "gzip" => answer(200, &[("content-encoding", "gzip")], gzip(sent.as_bytes())),
        "header" => answer(200, &[("x-said", &sent)], ""),
        "location" => answer(302, &[("location", &format!("https://second.example/?{sent}"))], ""),
        _ => answer(200, &[], format!("Bearer {sent}")),
    }
}

/// None of these, in which a credential can be told, is anywhere in a text.
#[track_caller]
fn is_blank(text: &str) {
    let lower = text.to_lowercase();
    for piece in [
        "canary",
        "7f3a",
        "42d0",
        "6372",
        "63616e617279",
        "%63%61",
        "\\u0063\\u0061",
        "&#99;&#97;",
        "y2fuyxj5",
        "jYW5hcnkt",
    ] {
        assert!(!lower.contains(&piece.to_lowercase()), "`{piece}` is in: {text}");
    }
}

guests! {
    strange_host is_denied_before_anything_is_resolved: |trial| {
        let source = answering();
        let ended = trial.requesting(&source).succeeds();
        assert_eq!((ended.run["usage"]["requests"].as_u64(), source.requests()), (Some(0), 0));
        assert_eq!(ended.teams(), ["denied"]);
    };
    asks_another_path reaches_nobody: |trial| reaches_nobody(trial);
    asks_another_port reaches_nobody: |trial| reaches_nobody(trial);
    asks_without_tls reaches_nobody: |trial| reaches_nobody(trial);
    asks_an_address reaches_nobody: |trial| reaches_nobody(trial);
    asks_the_metadata_service reaches_nobody: |trial| reaches_nobody(trial);
    asks_in_odd_spellings reaches_nobody: |trial| reaches_nobody(trial);
    asks_in_other_methods reaches_nobody: |trial| reaches_nobody(trial);
    asks_with_an_authorization reaches_nobody: |trial| reaches_nobody(trial);
    asks_with_a_cookie reaches_nobody: |trial| reaches_nobody(trial);
    asks_for_another_host reaches_nobody: |trial| reaches_nobody(trial);
    asks_hop_by_hop reaches_nobody: |trial| reaches_nobody(trial);
    asks_for_another_method reaches_nobody: |trial| reaches_nobody(trial);
    asks_from_elsewhere reaches_nobody: |trial| reaches_nobody(trial);
    asks_with_broken_headers reaches_nobody: |trial| reaches_nobody(trial);
    asks_with_headers_without_number reaches_nobody: |trial| reaches_nobody(trial);
    asks_in_anothers_slot reaches_nobody: |trial| reaches_nobody(trial);
    takes_the_credential_elsewhere is_denied: |trial| {
        let source = answering();
        let ended = trial.requesting(&source).with_secret(SECRET).succeeds();
        assert_eq!(ended.teams(), [""; 0]);
        let seen = source.take_requests();
        assert_eq!((seen.len(), seen[0].authorization.as_deref()), (1, None), "{seen:?}");
    };
    follows_redirects goes_where_it_may_alone: |trial| {
        let source = Source::start(|asked| {
            let to = match asked.path {
                "/v1/metadata" => "https://169.254.169.254/latest/",
                "/v1/plain" => "http://granted.example/v1/",
                "/v1/elsewhere" => "https://evil.example/",
                "/v1/second" => "https://second.example/",
                "/v1/beside" => "https://granted.example/v2/",
                _ => return answer(200, &[], "{}"),
            };
            answer(302, &[("location", to)], "")
        });
        let ended = trial.requesting(&source).with_secret(SECRET).succeeds();
        assert_eq!(ended.teams(), [""; 0], "with its slot it goes to no other host");
        assert_eq!(source.requests(), 5, "the five that sent it on");
    };
    asks_too_often has_its_budget: |trial| {
        let source = answering();
        assert_eq!(trial.requesting(&source).succeeds().teams(), ["50"]);
        assert_eq!(source.requests(), 50);
    };
    asks_all_at_once holds_no_more_than_it_may: |trial| {
        let source = answering();
        trial.requesting(&source).fails(&["holds more than 1024 handles"]);
        assert_eq!(source.requests(), 0, "what could not be held is not asked for");
    };
    carries_out_in_addresses has_its_budget_and_is_logged: |trial| {
        let source = answering();
        let ended = trial.requesting(&source).asking("[budget]\nbytes_out = 65536").succeeds();
        let carried: usize = ended.teams()[0].parse().expect("a count");
        assert_eq!((carried, source.requests()), (8, 8), "eight kilobytes each, of sixty-four");
        assert!(ended.run["usage"]["bytes_out"].as_u64().is_some_and(|bytes| bytes <= 65_536), "{}", ended.run);
        assert!(ended.record().contains("granted.example"), "{}", ended.record());
    };
    carries_out_in_a_body is_denied: |trial| {
        let source = answering();
        trial.host().configure(&format!("[egress]\nroutes = [{{ host = \"writable.example\", to = \"{}\" }}]\n", source.origin));
        let rule = "[[capabilities.http]]\nhost = \"writable.example\"\nmethods = [\"POST\"]";
        assert_eq!(trial.asking(rule).succeeds().teams(), [""; 0]);
        assert_eq!(source.requests(), 0);
    };
    asks_for_megabytes is_cut_off: |trial| {
        let bomb = gzip(&vec![0; 100 << 20]);
        let source = Source::start(move |asked| match asked.path {
            "/v1/large" => answer(200, &[], vec![b'x'; 9 << 20]),
            _ => answer(200, &[("content-encoding", "gzip")], bomb.clone()),
        });
        assert_eq!(trial.requesting(&source).succeeds().teams(), [""; 0]);
    };
    keeps_all_answers has_its_budget: |trial| {
        let source = Source::start(|_| answer(200, &[], vec![b'x'; 4 << 20]));
        // What answers hold beside linear memory is their budget's: 32 MiB, and one that is on its way.
        let ended = trial.requesting(&source).within((64 + 32 + 8 + 4) << 20).succeeds();
        assert_eq!(ended.teams(), ["8"], "of 32 MiB");
    };
    waits_for_drops is_stopped_by_the_clock: |trial| {
        let source = answering();
        source.misbehave("/", 1, |_, honest| Reply::honest(&honest).sent(Manner::Drip(Duration::from_millis(100))));
        trial.requesting(&source).asking("[budget]\nwall_ms = 1000").fails(&["took longer than its 1000 ms"]);
    };
    waits_for_nothing is_stopped_by_the_clock: |trial| {
        let source = answering();
        source.misbehave("/", 1, |_, honest| Reply::honest(&honest).sent(Manner::Late(Duration::from_secs(5))));
        trial.requesting(&source).asking("[budget]\nwall_ms = 1000").fails(&["took longer than its 1000 ms"]);
    };
    asked_to_wait_for_ever waits_a_day: |trial| {
        let source = Source::start(|_| answer(429, &[("retry-after", "315360000000")], ""));
        let ended = trial.requesting(&source).fails(&["429"]);
        assert!(ended.run["streams"][0]["failure"]["retry_after_seconds"].as_u64().is_some_and(|wait| wait <= 86_400));
        let late = "SELECT COUNT(*) FROM connections WHERE due_at > (unixepoch() + 86500) * 1000000";
        assert_eq!(ended.host.control_number(late), 0, "and no longer");
    };
    says_to_wait_for_ever waits_a_day: |trial| {
        let ended = trial.fails(&["come back in a hundred years"]);
        assert_eq!(ended.run["streams"][0]["failure"]["retry_after_seconds"], 86_400);
        let late = "SELECT COUNT(*) FROM connections WHERE due_at > (unixepoch() + 86500) * 1000000";
        assert_eq!(ended.host.control_number(late), 0, "and no longer");
    };
    repeats_what_it_hears repeats_blanks: |trial| {
        const FORMS: &str = "plain,base64,hex,url,json,unicode,html,upper,gzip,header,location";
        let source = Source::start(echo);
        let ended = trial.requesting(&source).with_secret(SECRET).set("forms", FORMS).succeeds();
        assert_eq!(ended.teams().len(), FORMS.split(',').count());
        ended.teams().iter().for_each(|heard| is_blank(heard));
        is_blank(&ended.record());
    };
    carries_on_what_it_hears carries_blanks: |trial| {
        let source = Source::start(echo);
        let ended = trial.requesting(&source).with_secret(SECRET).succeeds();
        assert_eq!(ended.teams(), ["told"]);
        let seen = source.take_requests();
        assert!(seen[1].authorization.is_none());
        is_blank(&seen[1].target);
    };
    follows_next_for_ever ends_where_it_has_been: |trial| {
        let source = Source::start(|asked| {
            let page: u32 = asked.path.rsplit('/').next().and_then(|page| page.parse().ok()).unwrap_or_default();
            answer(200, &[], ((page + 1) % 3).to_string())
        });
        let ended = trial.requesting(&source).stops(&["at a cursor where this run has been"]);
        assert_eq!((&ended.run["streams"][0]["pages"], source.requests()), (&3.into(), 4));
    };
}
