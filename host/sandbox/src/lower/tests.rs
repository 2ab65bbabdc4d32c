use domain::record::Extra;

use super::*;

fn bounds<'a>() -> Bounds<'a> {
    let now = "2026-03-01T09:30:00Z".parse().expect("an instant");
    Bounds {
        kinds: &[RecordKind::Commit, RecordKind::WorkItem, RecordKind::Repository],
        now,
        records: 10,
        bytes: 8_000,
    }
}

fn repository() -> wit::Repository {
    wit::Repository {
        id: "1".into(),
        name: "acme/shop".into(),
        default_branch: None,
        archived: None,
        private: None,
        created_at: Some("2020-01-01T00:00:00+01:00".into()),
        url: Some("https://example.com/acme/shop".into()),
        extra: vec![],
    }
}

fn commit() -> wit::Commit {
    wit::Commit {
        id: "shop@abcd".into(),
        repository: "1".into(),
        sha: "abcd".into(),
        parents: vec!["0123".into()],
        author: wit::Signature { account: None, name: Some("Ada".into()), email: None },
        authored_at: "2026-02-01T00:00:00Z".into(),
        committer: None,
        committed_at: "2026-02-01T00:00:00Z".into(),
        message: "subject\n\n\tbody".into(),
        files: None,
        changed_files: None,
        additions: None,
        deletions: None,
        url: None,
        extra: vec![],
    }
}

fn work_item() -> wit::WorkItem {
    wit::WorkItem {
        id: "7".into(),
        project: None,
        key: "#7".into(),
        title: "A title".into(),
        kind: None,
        state: wit::WorkItemState::Open,
        status: None,
        author: None,
        assignees: vec![],
        labels: vec![],
        parent: None,
        estimate: Some(1.5),
        created_at: "2026-02-01T00:00:00Z".into(),
        updated_at: "2026-02-01T00:00:00Z".into(),
        closed_at: None,
        url: None,
        extra: vec![],
    }
}

fn one(record: wit::Record) -> Result<Page, OutputFault> {
    page(source::Page { records: vec![record], next: source::Next::Done("c".into()) }, &bounds()).map(|(page, _)| page)
}

fn wrong(record: wit::Record) -> Wrong {
    match one(record) {
        Err(OutputFault::Field { field, problem, .. }) => (field, problem),
        other => panic!("{other:?}"),
    }
}

#[test]
fn good_records_arrive_with_their_instants_parsed() {
    let records =
        vec![wit::Record::Repository(repository()), wit::Record::Commit(commit()), wit::Record::WorkItem(work_item())];
    let (page, text) = page(source::Page { records, next: source::Next::More("c".into()) }, &bounds()).expect("a page");
    assert!(text > 0);
    assert_eq!(page.next, Next::More("c".into()));
    let Record::Repository(repository) = &page.records[0] else { panic!("{page:?}") };
    assert_eq!(repository.created_at.expect("an instant").to_string(), "2019-12-31T23:00:00Z");
    let Record::Commit(commit) = &page.records[1] else { panic!("{page:?}") };
    assert_eq!(commit.message, "subject\n\n\tbody");
}

#[test]
fn every_wrong_field_is_named_with_what_is_wrong() {
    type Spoil = fn(&mut wit::Repository);
    let cases: [(Spoil, Wrong); 12] = [
        (|r| r.id = String::new(), ("id", Problem::Empty)),
        (|r| r.id = "x".repeat(513), ("id", Problem::TooLong { found: 513, limit: 512 })),
        (|r| r.id = "a\0".into(), ("id", Problem::Control)),
        (|r| r.name = "x".repeat(1025), ("name", Problem::TooLong { found: 1025, limit: 1024 })),
        (|r| r.name = "two\nlines".into(), ("name", Problem::Control)),
        (|r| r.name = "a\u{85}b".into(), ("name", Problem::Control)),
        (|r| r.created_at = Some("yesterday".into()), ("created-at", Problem::Instant)),
        (|r| r.created_at = Some("1969-12-31T23:59:59Z".into()), ("created-at", Problem::InstantRange)),
        (|r| r.created_at = Some("2027-04-01T00:00:00Z".into()), ("created-at", Problem::InstantRange)),
        (|r| r.url = Some("javascript:alert(1)".into()), ("url", Problem::Link)),
        (|r| r.extra = vec![("a".into(), "b".into()); 17], ("extra", Problem::TooMany { found: 17, limit: 16 })),
        (|r| r.extra = vec![("a".into(), "b".repeat(1024))], ("extra", Problem::TooLong { found: 1025, limit: 1024 })),
    ];
    for (spoil, expected) in cases {
        let mut repository = repository();
        spoil(&mut repository);
        assert_eq!(wrong(wit::Record::Repository(repository)), expected);
    }
}

#[test]
fn numbers_hashes_messages_and_lists_have_their_own_rules() {
    let estimate = |estimate| wit::Record::WorkItem(wit::WorkItem { estimate: Some(estimate), ..work_item() });
    assert_eq!(wrong(estimate(f64::NAN)), ("estimate", Problem::NotFinite));
    assert_eq!(wrong(estimate(f64::INFINITY)), ("estimate", Problem::NotFinite));
    let labels = vec!["l".into(); 101];
    let many = wit::Record::WorkItem(wit::WorkItem { labels, ..work_item() });
    assert_eq!(wrong(many), ("labels", Problem::TooMany { found: 101, limit: 100 }));
    let sha = wit::Record::Commit(wit::Commit { sha: "HEAD".into(), ..commit() });
    assert_eq!(wrong(sha), ("sha", Problem::Hexadecimal));
    let bell = wit::Record::Commit(wit::Commit { message: "\u{7}".into(), ..commit() });
    assert_eq!(wrong(bell), ("message", Problem::Control));
}

#[test]
fn the_number_of_the_record_is_told() {
    let mut bad = repository();
    bad.id.clear();
    let records = vec![wit::Record::Repository(repository()), wit::Record::Repository(bad)];
    let refused = page(source::Page { records, next: source::Next::Done(String::new()) }, &bounds());
    assert_eq!(refused.expect_err("refused").to_string(), "record 1 (repository): `id` is empty");
}

#[test]
fn pages_have_a_size_and_cursors_too() {
    let next = || source::Next::Done(String::new());
    let records = vec![wit::Record::Repository(repository()); 11];
    let many = page(source::Page { records, next: next() }, &bounds());
    assert_eq!(many, Err(OutputFault::TooManyRecords { found: 11, limit: 10 }));
    let long = wit::Commit { message: "x".repeat(5_000), ..commit() };
    let records = vec![wit::Record::Commit(long.clone()), wit::Record::Commit(long)];
    let large = page(source::Page { records, next: next() }, &bounds());
    assert_eq!(large, Err(OutputFault::PageTooLarge { limit: 8_000 }));
    let cursor = page(source::Page { records: vec![], next: source::Next::More("c".repeat(4097)) }, &bounds());
    assert_eq!(cursor, Err(OutputFault::Cursor { found: 4097, limit: 4096 }));
}

#[test]
fn streams_have_one_name_each_and_declared_kinds() {
    let stream =
        |name: &str, kind| source::StreamInfo { name: name.into(), mode: source::StreamMode::Sweep, kinds: vec![kind] };
    let check = |found| streams(found, bounds().kinds);
    let good = stream("commits", wit::RecordKind::Commit);
    assert_eq!(check(vec![good.clone()]).expect("streams")[0].kinds, [RecordKind::Commit]);
    assert_eq!(check(vec![good.clone(), good]), Err(OutputFault::StreamTwice { stream: "commits".into() }));
    let other = check(vec![stream("scans", wit::RecordKind::Scan)]);
    assert_eq!(other, Err(OutputFault::StreamKind { stream: "scans".into(), kind: RecordKind::Scan }));
    let nameless = check(vec![stream("", wit::RecordKind::Commit)]);
    assert_eq!(nameless, Err(OutputFault::StreamName { stream: 0 }));
    let reversed = check(vec![stream("a\u{202e}b", wit::RecordKind::Commit)]);
    assert_eq!(reversed, Err(OutputFault::StreamName { stream: 0 }));
    let mut endless = stream("a", wit::RecordKind::Commit);
    endless.kinds = vec![wit::RecordKind::Commit; 1_000_000];
    assert!(matches!(check(vec![endless]), Err(OutputFault::TooManyKinds { found: 1_000_000, .. })));
}

#[test]
fn a_failure_is_cut_to_its_size_and_its_wait_to_a_day() {
    let lowered = failure(types::Failure {
        kind: types::FailureKind::RateLimited,
        message: format!("wait\n\u{202e}{}", "é".repeat(1_000)),
        retry_after_seconds: Some(u32::MAX),
    });
    assert_eq!(lowered.retry_after_seconds, Some(86_400));
    assert!(lowered.message.len() <= 1024 && lowered.message.starts_with("wait\\n\\u{202e}é"));
}

#[test]
fn extra_pairs_are_kept_in_order() {
    let extra: Extra = vec![("b".into(), "2".into()), ("a".into(), "1".into())];
    let page = one(wit::Record::Repository(wit::Repository { extra: extra.clone(), ..repository() })).expect("a page");
    let Record::Repository(repository) = &page.records[0] else { panic!("{page:?}") };
    assert_eq!(repository.extra, extra);
}
