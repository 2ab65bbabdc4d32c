//! What never comes back, and what traps.

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use weighbridge_tests::kit::Ran;

const SHORT: &str = "[budget]\ncpu_ms = 200";

guests! {
    honest brings_its_records: |trial| {
        let ended = trial.succeeds();
        assert_eq!((ended.teams(), ended.met()), (["one", "two"].map(str::to_owned).to_vec(), Vec::new()));
    };
    loop_in_pull is_stopped_by_the_cpu_budget: |trial| {
        trial.fails(&["the CPU budget of 2000 ms is spent"]);
    };
    loop_in_streams is_stopped_by_the_cpu_budget_that_its_manifest_asks_for: |trial| {
        trial.asking("[budget]\ncpu_ms = 300").fails(&["the CPU budget of 300 ms is spent"]);
    };
    trap is_named_with_plugin_export_and_place: |trial| {
        trial.fails(&["tests/guest", "trapped in `pull`", "unreachable", "trap"]);
    };
    page_loop ends_at_the_second_page: |trial| {
        let ended = trial.stops(&["at a cursor where this run has been"]);
        assert_eq!(ended.run["streams"][0]["pages"], 1, "{}", ended.run);
    };
    realloc_loops is_stopped_by_the_cpu_budget: |trial| { trial.asking(SHORT).fails(&["the CPU budget of 200 ms is spent"]); };
    realloc_traps is_named: |trial| { trial.fails(&["trapped in", "unreachable"]); };
    realloc_recurses has_a_stack_of_its_own: |trial| { trial.fails(&["trapped in", "stack"]); };
    post_return_loops is_stopped_by_the_cpu_budget: |trial| { trial.asking(SHORT).fails(&["the CPU budget of 200 ms is spent"]); };
    post_return_traps fails_its_page: |trial| { trial.fails(&["trapped in `pull`", "unreachable"]); };
    start_loops is_stopped_by_the_cpu_budget: |trial| { trial.asking(SHORT).fails(&["the CPU budget of 200 ms is spent"]); };
    start_traps is_named: |trial| { trial.fails(&["trapped in `streams`", "unreachable"]); };
    start_recurses has_a_stack_of_its_own: |trial| { trial.fails(&["trapped in `streams`", "stack"]); };
    start_calls_the_host reaches_nobody: |trial| { trial.asking(SHORT).fails(&["trapped in `streams`", "uninitialized element"]); };
    recursion has_a_stack_of_its_own: |trial| { trial.fails(&["trapped in `pull`", "stack"]); };
    recursion_of_two has_a_stack_of_its_own: |trial| { trial.fails(&["trapped in `pull`", "stack"]); };
    recursion_of_wide_frames has_a_stack_of_its_own: |trial| { trial.fails(&["trapped in `pull`", "stack"]); };
    traps_out_of_memory_bounds is_named: |trial| { trial.fails(&["trapped in `pull`", "out of bounds"]); };
    traps_through_a_null is_named: |trial| { trial.fails(&["trapped in `pull`", "uninitialized element"]); };
    traps_in_streams is_named: |trial| { trial.fails(&["trapped in `streams`", "unreachable"]); };
    name_that_deceives is_escaped: |trial| {
        let ended = trial.fails(&["trapped in `pull`", "\\u{1b}[2Jall is well\\u{202e}\\r\\ninnocent"]);
        assert!(!ended.record().contains(['\u{1b}', '\u{202e}']), "{}", ended.record());
    };
    name_that_explodes is_cut: |trial| {
        let ended = trial.fails(&["trapped in `pull`", "unreachable"]);
        assert!(ended.record().len() < 16_384, "{} bytes", ended.record().len());
    };
    names_of_many_frames is_cut: |trial| {
        let ended = trial.fails(&["trapped in `pull`", "unreachable"]);
        assert!(ended.record().len() < 16_384, "{} bytes", ended.record().len());
    };
    loop_in_drop is_stopped_by_the_cpu_budget: |trial| {
        trial.asking(SHORT).fails(&["the CPU budget of 200 ms is spent"]);
    };
    page_loop_of_two ends_where_it_has_been: |trial| {
        let ended = trial.stops(&["at a cursor where this run has been"]);
        assert_eq!(ended.run["streams"][0]["pages"], 2, "{}", ended.run);
    };
    page_loop_of_many ends_where_it_has_been: |trial| {
        let ended = trial.stops(&["at a cursor where this run has been"]);
        assert_eq!(ended.run["streams"][0]["pages"], 50, "{}", ended.run);
    };
    pages_of_nothing_without_end end_after_so_many: |trial| {
        let ended = trial.stops(&["500 pages in a row brought nothing"]);
        assert_eq!(ended.run["streams"][0]["pages"], 500, "{}", ended.run);
    };
    pages_without_end end_when_the_operator_says_so: |trial| {
        let trial = trial.installed();
        let host = trial.host();
        let _ = host.run(&["sync", "honest"]).good();
        let mut sync = host.command(&["sync", "guest", "--json"]);
        let sync = sync.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it starts");
        let clock = Instant::now();
        while host.number("SELECT COUNT(*) FROM teams") < 22 {
            assert!(clock.elapsed() < Duration::from_secs(60), "it brings a record a page");
            std::thread::sleep(Duration::from_millis(10));
        }
        let sent = Command::new("kill").args(["-TERM", &sync.id().to_string()]).status();
        assert!(sent.is_ok_and(|status| status.success()), "the signal is sent");
        let ended = Ran::of(&sync.wait_with_output().expect("it ends"));
        assert_eq!(ended.json()[0]["state"], "abandoned", "{}", ended.err);
        assert_eq!(host.run(&["check"]).code, 0);
    };
    half_broken brings_the_stream_that_it_does_not_break: |trial| {
        let ended = trial.stops(&["trapped in `pull`"]);
        assert_eq!((&ended.run["state"], &ended.run["usage"]["records"]), (&"partial".into(), &1.into()));
    };
    steps goes_on_from_its_cursor: |trial| {
        let ended = trial.succeeds();
        let _ = ended.host.run(&["sync"]).good();
        assert_eq!(ended.teams(), ["step-1", "step-2"]);
    };
    leaps goes_on_from_its_own_cursor: |trial| {
        let ended = trial.succeeds();
        let _ = ended.host.run(&["sync"]).good();
        assert_eq!(ended.teams(), ["leap-10", "leap-20"]);
    };
}
