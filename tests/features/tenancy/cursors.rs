//! Cursors and parameters that do not fit.

use super::shared;

#[test]
fn a_cursor_walks_its_own_list_and_no_other() {
    let shared = shared();
    for (tenant, other) in shared.pairs() {
        let first = shared.ask("/v1/runs?limit=1", tenant).json();
        let cursor = first["next_cursor"].as_str().expect("two runs and more").to_owned();
        let second = shared.ask(&format!("/v1/runs?limit=1&cursor={cursor}"), tenant).json();
        assert_ne!(first["items"][0]["id"], second["items"][0]["id"]);
        assert_eq!(shared.ids("/v1/runs", tenant).len(), 2, "both runs, and no more");
        let words = ["`cursor`", "first page"];
        shared.ask(&format!("/v1/runs?limit=1&cursor={cursor}"), other).problem(400, "invalid-cursor", &words);
        shared.ask(&format!("/v1/connections?cursor={cursor}"), tenant).problem(400, "invalid-cursor", &words);
        let connection = &shared.ids("/v1/connections", tenant)[0];
        let filtered = format!("/v1/runs?limit=1&connection={connection}&cursor={cursor}");
        shared.ask(&filtered, tenant).problem(400, "invalid-cursor", &words);
    }
}

#[test]
fn a_cursor_that_was_made_up_or_changed_is_refused() {
    let shared = shared();
    let first = shared.ask("/v1/runs?limit=1", shared.alpha).json();
    let cursor = first["next_cursor"].as_str().expect("a cursor").to_owned();
    let swapped: String = cursor.chars().rev().collect();
    let half = &cursor[..cursor.len() / 2];
    for wrong in ["", "0", "nonsense", "..%2F..", "%00", &"A".repeat(3000), &swapped, half, &format!("{cursor}A")] {
        let answer = shared.ask(&format!("/v1/runs?limit=1&cursor={wrong}"), shared.alpha);
        answer.problem(400, "invalid-cursor", &["`cursor`"]);
    }
}

#[test]
fn parameters_that_are_unknown_doubled_or_wrong_are_all_named_at_once() {
    let shared = shared();
    let ask = |path: &str| shared.ask(path, shared.alpha);
    ask("/v1/runs?limit=0&colour=red").problem(400, "invalid-parameter", &["`limit`", "from 1 to 100", "`colour`"]);
    ask("/v1/runs?limit=1&limit=2").problem(400, "invalid-parameter", &["`limit`", "more than once"]);
    ask("/v1/runs?connection=everything").problem(400, "invalid-parameter", &["`connection`"]);
    ask("/v1/metrics/commits?from=yesterday").problem(400, "invalid-parameter", &["`from`"]);
    ask("/v1/metrics/commits?from=2026-02-01&to=2026-01-01").problem(400, "invalid-parameter", &["`from`"]);
    ask("/v1/metrics/commits?interval=fortnight").problem(400, "invalid-parameter", &["`interval`", "`week`"]);
    ask("/v1/metrics/commits?group_by=colour").problem(400, "invalid-parameter", &["`group_by`", "`team`"]);
    ask("/v1/metrics/velocity").problem(404, "not-found", &[]);
    ask("/v1/runs/nonsense").problem(404, "not-found", &[]);
    ask("/v1/nowhere").problem(404, "no-such-route", &["/openapi.json"]);
    ask("/v1/metrics/../../etc/passwd").problem(404, "no-such-route", &[]);
    ask(&format!("/v1/runs?cursor={}", "A".repeat(20_000))).problem(414, "address-too-long", &["bytes"]);
}
