//! What hands over, calls or writes without end.

guests! {
    log_flood is_cut_and_escaped: |trial| {
        let ended = trial.succeeds();
        let bytes = ended.run["usage"]["log_bytes"].as_u64().expect("a count");
        assert!((1..=65_536 + 256).contains(&bytes), "{bytes}");
    };
    log_hoard is_kept_only_as_far_as_the_log_may_go: |trial| {
        assert_eq!(trial.succeeds().run["usage"]["log_bytes"], 65_536);
    };
    host_call_flood is_stopped_although_every_call_is_refused: |trial| {
        // Which wall it meets first depends on the machine; that the host's work is counted is what matters.
        let ended = trial.reading(|_| {}).fails(&[]);
        let message = ended.run["streams"][0]["failure"]["message"].to_string();
        let walls = ["the CPU budget of 2000 ms is spent", "called the host more than 100000 times"];
        assert!(walls.iter().any(|wall| message.contains(wall)), "{message}");
    };
    million_records is_refused_before_they_are_stored: |trial| {
        // Which wall it meets first is the host's affair; that it names one is what matters.
        let ended = trial.fails(&[]);
        let message = ended.run["streams"][0]["failure"]["message"].to_string();
        let walls = ["out of memory", "handed over more than", "records and may have", "CPU budget"];
        assert!(walls.iter().any(|wall| message.contains(wall)), "{message}");
    };
    too_many_records is_refused_for_one: |trial| {
        trial.fails(&["the page has 5001 records and may have 5000"]);
    };
    cursor_of_a_novel is_over_its_cap: |trial| {
        trial.fails(&["the cursor has 4097 bytes; it may have 4096"]);
    };
    cursor_of_megabytes is_over_its_cap: |trial| {
        trial.fails(&["the cursor has 7340032 bytes; it may have 4096"]);
    };
    cursor_with_a_nul is_refused: |trial| {
        trial.fails(&["the cursor has 3 bytes", "no NUL"]);
    };
    cursor_of_the_future is_the_guests_own_affair: |trial| {
        // Opaque to the host: it is kept for this stream of this connection alone, and handed back to nobody else.
        let ended = trial.succeeds();
        let cursor = "SELECT cursor FROM streams WHERE cursor LIKE '%9999-12-31%'";
        assert_eq!(ended.host.texts(cursor).len(), 1);
        let _ = ended.host.run(&["sync"]).good();
    };
    streams_without_number is_over_its_cap: |trial| {
        trial.fails(&["there are 10001 streams and may be 10000"]);
    };
    stream_without_a_name is_refused: |trial| {
        trial.fails(&["stream 0: a name has 1 to 256 bytes"]);
    };
    stream_of_a_long_name is_refused: |trial| {
        trial.fails(&["stream 0: a name has 1 to 256 bytes"]);
    };
    stream_that_deceives is_refused: |trial| {
        trial.fails(&["stream 0: a name has", "no character that controls or cannot be seen"]);
    };
    stream_with_an_escape is_refused: |trial| {
        trial.fails(&["stream 0: a name has", "no character that controls or cannot be seen"]);
    };
    stream_named_twice is_refused: |trial| {
        trial.fails(&["two streams are named `all`"]);
    };
    stream_of_an_undeclared_kind is_refused: |trial| {
        trial.fails(&["stream `all`: the manifest does not declare the kind `person`"]);
    };
    stream_of_all_kinds_twice is_refused: |trial| {
        trial.fails(&["stream `all` lists 1000 kinds"]);
    };
    fails_with_a_novel is_cut_and_escaped: |trial| {
        let ended = trial.fails(&["\\u{1b}[2J\\u{202e}all is well\\r\\n"]);
        let message = ended.run["streams"][0]["failure"]["message"].as_str().expect("a message");
        assert!(message.len() <= 1_024 && !message.contains(['\u{1b}', '\u{202e}']), "{message}");
    };
    log_of_empty_lines is_not_free: |trial| {
        assert_eq!(trial.succeeds().run["usage"]["log_bytes"], 65_536);
    };
    log_of_twenty_megabytes is_refused_before_the_host_holds_it: |trial| {
        trial.fails(&["handed over more than"]);
    };
    state_without_end has_its_quota: |trial| {
        let ended = trial.asking("[capabilities]\nstate = true").succeeds();
        let written: u32 = ended.teams()[0].parse().expect("a count");
        assert!((200..=256).contains(&written), "{written} values of a kilobyte in 256 KiB");
    };
    state_of_empty_values has_its_quota: |trial| {
        let ended = trial.asking("[capabilities]\nstate = true").succeeds();
        assert_eq!(ended.teams(), ["1024"]);
    };
    state_under_odd_keys is_refused: |trial| {
        assert_eq!(trial.asking("[capabilities]\nstate = true").succeeds().teams(), [""; 0]);
    };
    state_of_a_page_that_fails is_not_kept: |trial| {
        trial.asking("[capabilities]\nstate = true").fails(&["does not declare the kind `repository`"]);
    };
    page_of_megabytes is_refused_whole: |trial| {
        trial.bringing(&["commit"]).fails(&["handed over more than"]);
    };
}
