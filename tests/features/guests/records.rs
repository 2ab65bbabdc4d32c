//! Lies in the fields of records, each named with record, kind and field.

guests! {
    invalid_instant is_named_with_record_kind_and_field: |trial| {
        trial.fails(&["record 1 (membership)", "`since`", "RFC 3339"]);
    };
    undeclared_kind fails_its_page: |trial| {
        trial.fails(&["record 1", "does not declare the kind `repository`"]);
    };
    endless_id is_over_its_cap: |trial| {
        trial.fails(&["record 0 (team)", "`id`", "1048576 bytes and may have 512"]);
    };
    instant_before_1970 is_named_with_record_kind_and_field: |trial| {
        trial.bringing(&["membership"]).fails(&["record 0 (membership): `since`", "is before 1970"]);
    };
    instant_of_year_9999 is_named_with_record_kind_and_field: |trial| {
        trial.bringing(&["membership"]).fails(&["record 0 (membership): `since`", "more than a year ahead"]);
    };
    instant_without_offset is_named_with_record_kind_and_field: |trial| {
        trial.bringing(&["membership"]).fails(&["record 0 (membership): `since`", "RFC 3339"]);
    };
    instant_of_no_day is_named_with_record_kind_and_field: |trial| {
        trial.bringing(&["membership"]).fails(&["record 0 (membership): `since`", "RFC 3339"]);
    };
    instant_before_christ is_named_with_record_kind_and_field: |trial| {
        trial.bringing(&["membership"]).fails(&["record 0 (membership): `since`"]);
    };
    instant_of_megabytes is_named_with_record_kind_and_field: |trial| {
        trial.bringing(&["membership"]).fails(&["record 0 (membership): `since`", "1048576 bytes and may have 64"]);
    };
    id_of_nothing is_named_with_record_kind_and_field: |trial| {
        trial.bringing(&["work-item"]).fails(&["record 0 (work-item): `id`", "is empty"]);
    };
    id_with_a_nul is_named_with_record_kind_and_field: |trial| {
        trial.bringing(&["work-item"]).fails(&["record 0 (work-item): `id`", "control character"]);
    };
    id_of_another_record is_named_with_record_kind_and_field: |trial| {
        trial.bringing(&["work-item"]).fails(&["record 0 (work-item): `parent`", "1024 bytes and may have 512"]);
    };
    name_of_two_kilobytes is_named_with_record_kind_and_field: |trial| {
        trial.bringing(&["pull-request"]).fails(&["record 0 (pull-request): `title`", "2048 bytes and may have 1024"]);
    };
    name_with_an_escape is_named_with_record_kind_and_field: |trial| {
        trial.bringing(&["pull-request"]).fails(&["record 0 (pull-request): `title`", "control character"]);
    };
    name_with_a_line_break is_named_with_record_kind_and_field: |trial| {
        trial.bringing(&["pull-request"]).fails(&["record 0 (pull-request): `title`", "control character"]);
    };
    message_of_a_novel is_named_with_record_kind_and_field: |trial| {
        trial.bringing(&["commit"]).fails(&["record 0 (commit): `message`", "16385 bytes and may have 16384"]);
    };
    message_with_a_nul is_named_with_record_kind_and_field: |trial| {
        trial.bringing(&["commit"]).fails(&["record 0 (commit): `message`", "control character"]);
    };
    object_id_of_other_letters is_named_with_record_kind_and_field: |trial| {
        trial.bringing(&["commit"]).fails(&["record 0 (commit): `sha`", "hexadecimal"]);
    };
    parents_without_number is_named_with_record_kind_and_field: |trial| {
        trial.bringing(&["commit"]).fails(&["record 0 (commit): `parents`", "1001 entries and may have 1000"]);
    };
    files_without_number is_named_with_record_kind_and_field: |trial| {
        trial.bringing(&["commit"]).fails(&["record 0 (commit): `files`", "5001 entries and may have 5000"]);
    };
    path_of_five_kilobytes is_named_with_record_kind_and_field: |trial| {
        trial.bringing(&["commit"]).fails(&["record 0 (commit): `files`", "5100 bytes and may have 4096"]);
    };
    labels_without_number is_named_with_record_kind_and_field: |trial| {
        trial.bringing(&["work-item"]).fails(&["record 0 (work-item): `labels`", "101 entries and may have 100"]);
    };
    label_with_an_escape is_named_with_record_kind_and_field: |trial| {
        trial.bringing(&["work-item"]).fails(&["record 0 (work-item): `labels`", "control character"]);
    };
    estimate_not_a_number is_named_with_record_kind_and_field: |trial| {
        trial.bringing(&["work-item"]).fails(&["record 0 (work-item): `estimate`", "finite"]);
    };
    estimate_without_end is_named_with_record_kind_and_field: |trial| {
        trial.bringing(&["work-item"]).fails(&["record 0 (work-item): `estimate`", "finite"]);
    };
    link_of_a_script is_named_with_record_kind_and_field: |trial| {
        trial.bringing(&["work-item"]).fails(&["record 0 (work-item): `url`", "http or https"]);
    };
    link_of_data is_named_with_record_kind_and_field: |trial| {
        trial.bringing(&["work-item"]).fails(&["record 0 (work-item): `url`", "http or https"]);
    };
    link_of_a_file is_named_with_record_kind_and_field: |trial| {
        trial.bringing(&["work-item"]).fails(&["record 0 (work-item): `url`", "http or https"]);
    };
    extra_without_number is_named_with_record_kind_and_field: |trial| {
        trial.bringing(&["membership"]).fails(&["record 0 (membership): `extra`", "17 entries and may have 16"]);
    };
    extra_of_kilobytes is_named_with_record_kind_and_field: |trial| {
        trial.bringing(&["membership"]).fails(&["record 0 (membership): `extra`", "2051 bytes and may have 1024"]);
    };
    kind_that_is_not_stored is_refused_at_install: |trial| {
        trial.bringing(&["finding"]).refused(&["finding"]);
    };
    same_id_twice is_one_record: |trial| {
        assert_eq!(trial.succeeds().teams(), ["one"]);
    };
    overwrites_anothers has_records_of_its_own: |trial| {
        let ended = trial.succeeds();
        let names = ended.host.texts("SELECT name FROM teams ORDER BY name");
        assert_eq!(names, ["a team", "a team", "stolen", "stolen"]);
    };
    buries_anothers buries_nothing: |trial| {
        assert_eq!(trial.succeeds().host.records("teams"), 2);
    };
    buries_what_it_may_not_bring is_refused: |trial| {
        trial.fails(&["record 0", "does not declare the kind `repository`"]);
    };
    sweeps_anothers_away sweeps_its_own: |trial| {
        let ended = trial.succeeds();
        let _ = ended.host.run(&["sync"]).good();
        assert_eq!(ended.host.records("teams"), 2);
    };
    team_within_itself ends: |trial| {
        let ended = trial.succeeds();
        let _ = ended.host.run(&["metrics", "--group-by", "team", "--json"]).good();
    };
    numbers_at_their_ends are_numbers: |trial| {
        let ended = trial.bringing(&["commit", "pull-request"]).succeeds();
        let _ = ended.host.run(&["metrics", "--from", "2026-01-01", "--to", "2026-06-01", "--json"]).good();
    };
    merged_before_it_was_made counts_for_nothing_below_zero: |trial| {
        let ended = trial.bringing(&["pull-request"]).succeeds();
        let figure = ended.host.figure("cycle-time", "2025-01-01", "2026-12-31");
        assert!(figure.is_none_or(|figure| figure >= 0.0), "{figure:?}");
    };
}
