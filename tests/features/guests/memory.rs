//! What takes more than there is.

guests! {
    memory_bomb is_told_what_it_asked_for_and_may_have: |trial| {
        trial.fails(&["out of memory", "may have 67108864"]);
    };
    memory_grows_at_once is_told_what_it_asked_for: |trial| { trial.fails(&["out of memory", "may have 67108864"]); };
    memory_grows_and_is_written has_what_it_may_have: |trial| {
        let ended = trial.succeeds();
        assert_eq!(ended.run["usage"]["peak_memory_bytes"], 67_108_864, "{}", ended.run);
        assert_eq!(ended.met(), ["memory_bytes"]);
    };
    memory_is_filled is_stopped_by_the_cpu_budget: |trial| { trial.asking("[budget]\ncpu_ms = 200").fails(&["the CPU budget of 200 ms is spent"]); };
    table_grows is_refused_each_time: |trial| { assert_eq!(trial.succeeds().met(), ["table_elements"]); };
    table_grows_slowly has_what_it_may_have: |trial| { assert_eq!(trial.succeeds().met(), ["table_elements"]); };
    data_beyond_its_memory is_a_trap: |trial| { trial.fails(&["trapped in `streams`", "out of bounds memory access"]); };
    data_of_megabytes fits: |trial| { let _ = trial.succeeds(); };
    realloc_grows is_told_what_it_asked_for: |trial| { trial.fails(&["out of memory"]); };
    post_return_grows is_told_what_it_asked_for: |trial| { trial.fails(&["out of memory"]); };
    start_grows is_told_what_it_asked_for: |trial| { trial.fails(&["out of memory"]); };
    strings_that_double is_told_what_it_asked_for: |trial| {
        trial.fails(&["out of memory", "may have 67108864"]);
    };
}
