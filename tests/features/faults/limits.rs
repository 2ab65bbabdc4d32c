//! Sources that ask for patience get it: the connection is due when they said, and is asked nothing before.

use std::time::Duration;

use jiff::fmt::rfc2822::DateTimePrinter;
use jiff::{SignedDuration, Timestamp};
use weighbridge_tests::kit::{Reply, Serving, Source};
use weighbridge_tests::upstream::Answer;

use super::{connected, disturbed, due_in, refusal};

/// An HTTP date so many seconds from now.
fn date_in(seconds: i64) -> String {
    let at = Timestamp::now() + SignedDuration::from_secs(seconds);
    DateTimePrinter::new().timestamp_to_rfc9110_string(&at).expect("a date")
}

#[test]
fn retry_after_in_seconds_is_kept() {
    let failed = disturbed("rate-limited", &["429", "rate limit"], |_, _| refusal(429, &[("retry-after", "900")]));
    assert_eq!(failed.failure["retry_after_seconds"], 900);
    assert!((890..=900).contains(&due_in(&failed.host)));
    failed.recovers();
}

#[test]
fn retry_after_as_a_date_is_kept() {
    let failed =
        disturbed("rate-limited", &["429", "rate limit"], |_, _| refusal(429, &[("retry-after", &date_in(700))]));
    assert!((685..=701).contains(&due_in(&failed.host)), "{}", failed.failure);
    failed.recovers();
}

#[test]
fn a_spent_allowance_is_waited_for_until_its_reset() {
    let failed = disturbed("rate-limited", &["403", "rate limit"], |_, _| {
        let reset = (Timestamp::now().as_second() + 1200).to_string();
        refusal(403, &[("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", &reset)])
    });
    assert!((1185..=1201).contains(&due_in(&failed.host)), "{}", failed.failure);
    failed.recovers();
}

#[test]
fn a_limit_without_a_date_is_told_by_the_hosts_own_clock() {
    let failed = disturbed("rate-limited", &["429", "rate limit"], |_, _| {
        let headers = vec![("retry-after", date_in(700))];
        let answer = Answer { status: 429, headers, body: b"{}".to_vec() };
        Reply::written(&answer, &[("content-length", "2".into())])
    });
    assert!((685..=701).contains(&due_in(&failed.host)), "{}", failed.failure);
    failed.recovers();
}

#[test]
fn the_last_request_of_an_allowance_counts_and_the_next_is_not_sent() {
    let source = Source::organisation();
    let host = connected(&source);
    source.misbehave("/issues", 2, |_, answer| {
        let reset = (Timestamp::now().as_second() + 500).to_string();
        let mut answer = answer;
        answer.headers.retain(|(name, _)| !name.starts_with("x-ratelimit"));
        answer.headers.extend([("x-ratelimit-remaining", "0".to_owned()), ("x-ratelimit-reset", reset)]);
        Reply::honest(&answer)
    });
    let ran = host.run(&["sync", "--json"]).refused(1, &["rate-limited", "the source asks to wait"]);
    assert_eq!(ran.json()[0]["streams"][0]["pages"], 2, "the page was good: {}", ran.out);
    assert_eq!(source.requests(), 2, "the third request was not sent");
    assert!((490..=501).contains(&due_in(&host)));
}

#[test]
fn a_limited_source_is_asked_once_and_not_for_the_other_streams() {
    let source = Source::organisation();
    let host = connected(&source);
    source.misbehave("/", 1, |_, _| refusal(429, &[("retry-after", "900")]));
    let _ = host.run(&["sync"]).refused(1, &["rate-limited"]);
    assert_eq!(source.requests(), 1);
    // A person who asks again by hand costs one more request; a host that serves waits.
    let _ = host.run(&["sync"]).refused(1, &["rate-limited"]);
    assert_eq!(source.requests(), 2);
    host.route(&source, true);
    let serving = Serving::start(&host);
    std::thread::sleep(Duration::from_millis(2500));
    assert_eq!(source.requests(), 2, "two rounds of looking for what is due");
    assert_eq!(serving.stop(), Some(0));
}
