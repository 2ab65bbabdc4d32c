//! Every interface that is not granted: refused by its name before anything is compiled.

guests! {
    wants_wasi_cli_environment is_refused_by_name: |trial| trial.refused(&["wasi:cli/environment@0.2.0", "its profile `pure` allows"]);
    wants_wasi_cli_exit is_refused_by_name: |trial| trial.refused(&["wasi:cli/exit@0.2.0", "its profile `pure` allows"]);
    wants_wasi_cli_run is_refused_by_name: |trial| trial.refused(&["wasi:cli/run@0.2.0", "its profile `pure` allows"]);
    wants_wasi_cli_stdin is_refused_by_name: |trial| trial.refused(&["wasi:cli/stdin@0.2.0", "its profile `pure` allows"]);
    wants_wasi_cli_stdout is_refused_by_name: |trial| trial.refused(&["wasi:cli/stdout@0.2.0", "its profile `pure` allows"]);
    wants_wasi_cli_stderr is_refused_by_name: |trial| trial.refused(&["wasi:cli/stderr@0.2.0", "its profile `pure` allows"]);
    wants_wasi_cli_terminal_input is_refused_by_name: |trial| trial.refused(&["wasi:cli/terminal-input@0.2.0", "its profile `pure` allows"]);
    wants_wasi_cli_terminal_output is_refused_by_name: |trial| trial.refused(&["wasi:cli/terminal-output@0.2.0", "its profile `pure` allows"]);
    wants_wasi_cli_terminal_stdin is_refused_by_name: |trial| trial.refused(&["wasi:cli/terminal-stdin@0.2.0", "its profile `pure` allows"]);
    wants_wasi_cli_terminal_stdout is_refused_by_name: |trial| trial.refused(&["wasi:cli/terminal-stdout@0.2.0", "its profile `pure` allows"]);
    wants_wasi_cli_terminal_stderr is_refused_by_name: |trial| trial.refused(&["wasi:cli/terminal-stderr@0.2.0", "its profile `pure` allows"]);
    wants_wasi_clocks_monotonic_clock is_refused_by_name: |trial| trial.refused(&["wasi:clocks/monotonic-clock@0.2.0", "its profile `pure` allows"]);
    wants_wasi_clocks_wall_clock is_refused_by_name: |trial| trial.refused(&["wasi:clocks/wall-clock@0.2.0", "its profile `pure` allows"]);
    wants_wasi_clocks_timezone is_refused_by_name: |trial| trial.refused(&["wasi:clocks/timezone@0.2.0", "its profile `pure` allows"]);
    wants_wasi_filesystem_types is_refused_by_name: |trial| trial.refused(&["wasi:filesystem/types@0.2.0", "its profile `pure` allows"]);
    wants_wasi_filesystem_preopens is_refused_by_name: |trial| trial.refused(&["wasi:filesystem/preopens@0.2.0", "its profile `pure` allows"]);
    wants_wasi_http_types is_refused_by_name: |trial| trial.refused(&["wasi:http/types@0.2.0", "its profile `pure` allows"]);
    wants_wasi_http_outgoing_handler is_refused_by_name: |trial| trial.refused(&["wasi:http/outgoing-handler@0.2.0", "its profile `pure` allows"]);
    wants_wasi_http_incoming_handler is_refused_by_name: |trial| trial.refused(&["wasi:http/incoming-handler@0.2.0", "its profile `pure` allows"]);
    wants_wasi_io_error is_refused_by_name: |trial| trial.refused(&["wasi:io/error@0.2.0", "its profile `pure` allows"]);
    wants_wasi_io_poll is_refused_by_name: |trial| trial.refused(&["wasi:io/poll@0.2.0", "its profile `pure` allows"]);
    wants_wasi_io_streams is_refused_by_name: |trial| trial.refused(&["wasi:io/streams@0.2.0", "its profile `pure` allows"]);
    wants_wasi_random_random is_refused_by_name: |trial| trial.refused(&["wasi:random/random@0.2.0", "its profile `pure` allows"]);
    wants_wasi_random_insecure is_refused_by_name: |trial| trial.refused(&["wasi:random/insecure@0.2.0", "its profile `pure` allows"]);
    wants_wasi_random_insecure_seed is_refused_by_name: |trial| trial.refused(&["wasi:random/insecure-seed@0.2.0", "its profile `pure` allows"]);
    wants_wasi_sockets_instance_network is_refused_by_name: |trial| trial.refused(&["wasi:sockets/instance-network@0.2.0", "its profile `pure` allows"]);
    wants_wasi_sockets_ip_name_lookup is_refused_by_name: |trial| trial.refused(&["wasi:sockets/ip-name-lookup@0.2.0", "its profile `pure` allows"]);
    wants_wasi_sockets_network is_refused_by_name: |trial| trial.refused(&["wasi:sockets/network@0.2.0", "its profile `pure` allows"]);
    wants_wasi_sockets_tcp is_refused_by_name: |trial| trial.refused(&["wasi:sockets/tcp@0.2.0", "its profile `pure` allows"]);
    wants_wasi_sockets_tcp_create_socket is_refused_by_name: |trial| trial.refused(&["wasi:sockets/tcp-create-socket@0.2.0", "its profile `pure` allows"]);
    wants_wasi_sockets_udp is_refused_by_name: |trial| trial.refused(&["wasi:sockets/udp@0.2.0", "its profile `pure` allows"]);
    wants_wasi_sockets_udp_create_socket is_refused_by_name: |trial| trial.refused(&["wasi:sockets/udp-create-socket@0.2.0", "its profile `pure` allows"]);
    wants_wasi_keyvalue_store is_refused_by_name: |trial| trial.refused(&["wasi:keyvalue/store@0.2.0", "its profile `pure` allows"]);
    wants_wasi_keyvalue_atomics is_refused_by_name: |trial| trial.refused(&["wasi:keyvalue/atomics@0.2.0", "its profile `pure` allows"]);
    wants_wasi_blobstore_blobstore is_refused_by_name: |trial| trial.refused(&["wasi:blobstore/blobstore@0.2.0", "its profile `pure` allows"]);
    wants_wasi_config_runtime is_refused_by_name: |trial| trial.refused(&["wasi:config/runtime@0.2.0", "its profile `pure` allows"]);
    wants_wasi_logging_logging is_refused_by_name: |trial| trial.refused(&["wasi:logging/logging@0.2.0", "its profile `pure` allows"]);
    wants_wasi_messaging_producer is_refused_by_name: |trial| trial.refused(&["wasi:messaging/producer@0.2.0", "its profile `pure` allows"]);
    wants_wasi_nn_graph is_refused_by_name: |trial| trial.refused(&["wasi:nn/graph@0.2.0", "its profile `pure` allows"]);
    wants_wasi_threads_thread_spawn is_refused_by_name: |trial| trial.refused(&["wasi:threads/thread-spawn@0.2.0", "its profile `pure` allows"]);
    wants_wasi_observe_traces is_refused_by_name: |trial| trial.refused(&["wasi:observe/traces@0.2.0", "its profile `pure` allows"]);
    wants_wasi_sql_readwrite is_refused_by_name: |trial| trial.refused(&["wasi:sql/readwrite@0.2.0", "its profile `pure` allows"]);
    wants_another_world is_refused_by_name: |trial| trial.refused(&["evil:host/escape@1.0.0"]);
    wants_a_likeness is_refused_by_name: |trial| trial.refused(&["weighbridge:connectors/http@0.1.0"]);
    wants_a_bare_name is_refused_by_name: |trial| trial.refused(&["environment"]);
    wants_a_confusable is_refused_by_name: |trial| trial.refused(&["weighbridge:connector-x/log@0.1.0"]);
    wants_a_url is_refused_by_name: |trial| trial.refused(&["url=<https://evil.example/component.wasm>"]);
    wants_by_hash is_refused_by_name: |trial| trial.refused(&["locked-dep=<evil:dep@1.0.0>,integrity=<sha256-AAAA>"]);
    undeclared_http is_refused_by_name: |trial| trial.refused(&["`weighbridge:connector/http@0.1.0`, which its manifest does not declare"]);
    undeclared_files is_refused_by_name: |trial| trial.refused(&["`weighbridge:connector/files@0.1.0`, which its manifest does not declare"]);
    undeclared_state is_refused_by_name: |trial| trial.refused(&["`weighbridge:connector/state@0.1.0`, which its manifest does not declare"]);
    undeclared_content is_refused_by_name: |trial| trial.refused(&["`weighbridge:connector/content@0.1.0`, which its manifest does not declare"]);
    wants_our_source is_refused_by_name: |trial| trial.refused(&["`weighbridge:connector/source@0.1.0`"]);
    wants_our_webhook is_refused_by_name: |trial| trial.refused(&["`weighbridge:connector/webhook@0.1.0`"]);
    wants_our_secrets is_refused_by_name: |trial| trial.refused(&["`weighbridge:connector/secrets@0.1.0`"]);
    wants_our_analyzer is_refused_by_name: |trial| trial.refused(&["`weighbridge:connector/analyzer@0.1.0`"]);
    wants_our_classifier is_refused_by_name: |trial| trial.refused(&["`weighbridge:connector/classifier@0.1.0`"]);
    content_that_is_not_offered is_refused_though_it_was_asked_for: |trial| {
        let _ = trial.asking("[[capabilities.http]]\nhost = \"granted.example\"\n[capabilities]\ncontent = true")
            .unusable(&["does not offer the capability `content` yet"]);
    };
}
