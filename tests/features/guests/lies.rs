//! Lies in the binary interface: pointers, lengths, tags, handles, and an allocator that deceives.

use weighbridge_tests::kit::Source;
use weighbridge_tests::upstream::Answer;

const STATE: &str = "[capabilities]\nstate = true";

/// A source that answers everything in the same way.
pub(super) fn answering() -> Source {
    Source::start(|_| Answer { status: 200, headers: Vec::new(), body: b"{}".to_vec() })
}

guests! {
    lies_page_out_of_bounds is_a_trap_by_name: |trial| { trial.fails(&["trapped in `pull`", "pointer out of bounds of memory"]); };
    lies_page_at_the_edge is_a_trap_by_name: |trial| { trial.fails(&["trapped in `pull`", "pointer out of bounds of memory"]); };
    lies_page_misaligned is_a_trap_by_name: |trial| { trial.fails(&["trapped in `pull`", "return pointer not aligned"]); };
    lies_result_tag is_a_trap_by_name: |trial| { trial.fails(&["trapped in `pull`", "invalid expected discriminant"]); };
    lies_next_tag is_a_trap_by_name: |trial| { trial.fails(&["trapped in `pull`", "unexpected discriminant: 9"]); };
    lies_records_out_of_bounds is_a_trap_by_name: |trial| { trial.fails(&["trapped in `pull`", "list pointer/length out of bounds of memory"]); };
    lies_records_overflow is_a_trap_by_name: |trial| { trial.fails(&["trapped in `pull`", "list pointer/length out of bounds of memory"]); };
    lies_records_misaligned is_a_trap_by_name: |trial| { trial.fails(&["trapped in `pull`", "list pointer is not aligned"]); };
    lies_record_tag is_a_trap_by_name: |trial| { trial.fails(&["trapped in `pull`", "unexpected discriminant: 200"]); };
    lies_cursor_out_of_bounds is_a_trap_by_name: |trial| { trial.fails(&["trapped in `pull`", "string pointer/length out of bounds of memory"]); };
    lies_cursor_length is_a_trap_by_name: |trial| { trial.fails(&["trapped in `pull`", "string pointer/length out of bounds of memory"]); };
    lies_cursor_not_text is_a_trap_by_name: |trial| { trial.fails(&["trapped in `pull`", "invalid utf-8 sequence of 1 bytes from index 1"]); };
    lies_cursor_surrogate is_a_trap_by_name: |trial| { trial.fails(&["trapped in `pull`", "invalid utf-8 sequence of 1 bytes from index 0"]); };
    lies_option_tag is_a_trap_by_name: |trial| { trial.fails(&["trapped in `pull`", "invalid option discriminant"]); };
    lies_id_not_text is_a_trap_by_name: |trial| { trial.fails(&["trapped in `pull`", "invalid utf-8 sequence of 1 bytes from index 0"]); };
    lies_stream_mode is_a_trap_by_name: |trial| { trial.fails(&["trapped in `streams`", "unexpected discriminant: 9"]); };
    lies_stream_kind is_a_trap_by_name: |trial| { trial.fails(&["trapped in `streams`", "unexpected discriminant: 99"]); };
    lies_streams_overflow is_a_trap_by_name: |trial| { trial.fails(&["trapped in `streams`", "list pointer/length out of bounds of memory"]); };
    lies_lists_that_overlap is_refused_before_the_host_holds_it: |trial| { trial.fails(&["handed over more than"]); };
    realloc_returns_nothing harms_itself_alone: |trial| { let _ = trial.succeeds(); };
    realloc_out_of_bounds is_a_trap_by_name: |trial| { trial.fails(&["realloc return: beyond end of memory"]); };
    realloc_is_misaligned is_a_trap_by_name: |trial| { trial.asking(STATE).fails(&["realloc return: result not aligned"]); };
    realloc_calls_the_host may_not_leave_its_instance: |trial| { trial.fails(&["wasm trap: cannot leave component instance"]); };
    host_writes_out_of_bounds is_a_trap_by_name: |trial| { trial.asking(STATE).fails(&["trapped in `pull`", "pointer out of bounds"]); };
    host_writes_misaligned is_a_trap_by_name: |trial| { trial.asking(STATE).fails(&["trapped in `pull`", "pointer not aligned"]); };
    host_reads_out_of_bounds is_a_trap_by_name: |trial| { trial.fails(&["trapped in `pull`", "string pointer/length out of bounds"]); };
    host_reads_what_is_not_text is_a_trap_by_name: |trial| { trial.fails(&["trapped in `pull`", "invalid utf-8"]); };
    host_reads_an_unknown_level is_a_trap_by_name: |trial| { trial.fails(&["trapped in `pull`", "unexpected discriminant: 77"]); };
    host_reads_gigabytes is_a_trap_by_name: |trial| { trial.fails(&["trapped in `pull`", "string pointer/length out of bounds of memory"]); };
    post_return_calls_the_host may_not_leave_its_instance: |trial| { trial.fails(&["trapped in `pull`", "cannot leave component instance"]); };
    forged_handle_zero is_a_trap: |trial| {
        let source = answering();
        trial.requesting(&source).fails(&["trapped in `pull`", "unknown handle"]);
    };
    forged_handle_one is_a_trap: |trial| {
        let source = answering();
        trial.requesting(&source).fails(&["trapped in `pull`", "unknown handle"]);
    };
    forged_handle_huge is_a_trap: |trial| {
        let source = answering();
        trial.requesting(&source).fails(&["trapped in `pull`", "unknown handle"]);
    };
    forged_handle_dropped is_a_trap: |trial| {
        let source = answering();
        trial.requesting(&source).fails(&["trapped in `pull`", "unknown handle"]);
    };
    handle_dropped_twice is_a_trap: |trial| {
        let source = answering();
        trial.requesting(&source).fails(&["trapped in `pull`", "unknown handle"]);
    };
    handle_used_after_its_drop is_a_trap: |trial| {
        let source = answering();
        trial.requesting(&source).fails(&["trapped in `pull`", "unknown handle"]);
    };
    handle_of_the_call_before is_a_trap: |trial| {
        let source = answering();
        let ended = trial.requesting(&source).stops(&["trapped in `pull`", "unknown handle"]);
        assert_eq!(ended.run["streams"][0]["pages"], 1, "{}", ended.run);
    };
    handles_without_number is_stopped: |trial| {
        let source = answering();
        trial.requesting(&source).asking("[budget]\ncpu_ms = 200").fails(&["the CPU budget of 200 ms is spent"]);
    };
}
