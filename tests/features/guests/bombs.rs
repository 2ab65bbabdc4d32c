//! What the engine does not run, and what the compiler would break its teeth on.

const INVALID: &str = "malformed, cut off, or uses a feature that plugins may not use";

/// What follows once a component without functions was compiled.
const SHAPELESS: &str = "does not have export `streams`";

guests! {
    memory64 is_refused_by_the_screen: |trial| trial.refused(&[INVALID, "memory64 must be enabled for 64-bit memories"]);
    memory64_of_exabytes is_refused_by_the_screen: |trial| trial.refused(&[INVALID, "invalid var_u32: integer representation too long"]);
    table64 is_refused_by_the_screen: |trial| trial.refused(&[INVALID, "memory64 must be enabled for 64-bit tables"]);
    shared_memory is_refused_by_the_screen: |trial| trial.refused(&[INVALID, "threads must be enabled for shared memories"]);
    atomics is_refused_by_the_screen: |trial| trial.refused(&[INVALID, "threads support is not enabled"]);
    two_memories is_refused_by_the_screen: |trial| trial.refused(&[INVALID, "multiple memories"]);
    tiny_pages is_refused_by_the_screen: |trial| trial.refused(&[INVALID, "the custom page sizes proposal must be enabled to customize a memory's page size"]);
    garbage_collection is_refused_by_the_screen: |trial| trial.refused(&[INVALID, "struct indexed types not supported without the gc feature"]);
    garbage_arrays is_refused_by_the_screen: |trial| trial.refused(&[INVALID, "array indexed types not supported without the gc feature"]);
    exceptions is_refused_by_the_screen: |trial| trial.refused(&[INVALID, "exceptions proposal not enabled"]);
    tail_calls is_refused_by_the_screen: |trial| trial.refused(&[INVALID, "tail calls support is not enabled"]);
    relaxed_simd is_refused_by_the_screen: |trial| trial.refused(&[INVALID, "relaxed SIMD support is not enabled"]);
    typed_references is_refused_by_the_screen: |trial| trial.refused(&[INVALID, "function references required for index reference types"]);
    wide_arithmetic is_refused_by_the_screen: |trial| trial.refused(&[INVALID, "wide arithmetic support is not enabled"]);
    stack_switching is_refused_by_the_screen: |trial| trial.refused(&[INVALID, "cannot define continuation types when stack switching is disabled"]);
    async_function is_refused_by_the_screen: |trial| trial.refused(&[INVALID, "async component functions require the component model async feature"]);
    async_stream is_refused_by_the_screen: |trial| trial.refused(&[INVALID, "`stream` requires the component model async feature"]);
    async_future is_refused_by_the_screen: |trial| trial.refused(&[INVALID, "`future` requires the component model async feature"]);
    async_tasks is_refused_by_the_screen: |trial| trial.refused(&[INVALID, "`thread.yield` requires the component model async feature"]);
    error_context is_refused_by_the_screen: |trial| trial.refused(&[INVALID, "`error-context.new` requires the component model error-context feature"]);
    bomb_of_locals is_refused_by_the_screen: |trial| trial.refused(&[INVALID, "too many locals: locals exceed maximum"]);
    bomb_of_parameters is_refused_by_the_screen: |trial| trial.refused(&[INVALID, "function params size is out of bounds"]);
    bomb_of_types is_refused_by_the_screen: |trial| trial.refused(&[INVALID, "effective type size exceeds the limit of 1000000"]);
    component_start is_refused_by_the_screen: |trial| trial.refused(&[INVALID, "support for component model `value`s is not enabled"]);
    memory_over_the_budget is_refused_by_the_screen: |trial| trial.refused(&["start with 67174400 bytes", "`budget.memory_bytes` 67108864"]);
    memory_of_four_gigabytes is_refused_by_the_screen: |trial| trial.refused(&["start with 4294967296 bytes"]);
    memories_that_sum is_refused_by_the_screen: |trial| trial.refused(&["start with 104857600 bytes"]);
    memories_without_number is_refused_by_the_screen: |trial| trial.refused(&["9 memories; at most 8"]);
    table_of_ten_million is_refused_by_the_screen: |trial| trial.refused(&["10000000 table elements; at most 200000"]);
    table_larger_than_the_machine is_refused_by_the_screen: |trial| trial.refused(&["table elements"]);
    tables_without_number is_refused_by_the_screen: |trial| trial.refused(&["65 tables; at most 64"]);
    globals_without_number is_refused_by_the_screen: |trial| trial.refused(&["20001 globals; at most 20000"]);
    bomb_of_blocks is_refused_by_the_screen: |trial| trial.refused(&["blocks within one another"]);
    bomb_of_loops is_stopped_by_the_compilers_clock: |trial| {
        let _ = trial.compiling_for(3).unusable(&["compiling took longer than 3s and was stopped"]);
    };
    bomb_of_one_function is_refused_by_the_screen: |trial| trial.refused(&["bytes in one function"]);
    bomb_of_targets is_refused_by_the_screen: |trial| trial.refused(&["branch targets; at most 1000000"]);
    bomb_of_functions is_refused_by_the_screen: |trial| trial.refused(&["100001 functions; at most 100000"]);
    bomb_of_sections is_refused_by_the_screen: |trial| trial.refused(&["20001 sections"]);
    bomb_of_a_name is_refused_by_the_screen: |trial| trial.refused(&["bytes in one function's name"]);
    modules_without_number is_refused_by_the_screen: |trial| trial.refused(&["65 modules; at most 64"]);
    components_without_number is_refused_by_the_screen: |trial| trial.refused(&["nested components; at most 64"]);
    components_within_one_another is_refused_by_the_screen: |trial| trial.refused(&["levels of nesting"]);
    bomb_of_data_segments is_refused_by_the_screen: |trial| trial.refused(&[INVALID, "data segments count exceeds limit of 100000"]);
    module_import is_refused_by_the_screen: |trial| trial.refused(&["weighbridge-core"]);
    component_import is_refused_by_the_screen: |trial| trial.refused(&["weighbridge-part"]);
    function_import is_refused_by_the_screen: |trial| trial.refused(&["get-secret"]);
    type_import is_refused_by_the_screen: |trial| trial.refused(&["token"]);
    bomb_of_live_values is_stopped_by_the_compilers_clock: |trial| {
        let _ = trial.compiling_for(3).unusable(&["compiling took longer than 3s and was stopped"]);
    };
    bomb_of_many_locals is_compiled_within_limits_and_no_connector: |trial| { let _ = trial.unusable(&[SHAPELESS]); };
    bomb_of_element_segments is_compiled_within_limits_and_no_connector: |trial| { let _ = trial.unusable(&[SHAPELESS]); };
    bomb_of_exports is_compiled_within_limits_and_no_connector: |trial| { let _ = trial.unusable(&[SHAPELESS]); };
    instances_without_number is_refused_by_the_screen: |trial| trial.refused(&[INVALID, "instances count exceeds limit of 1000"]);
    instances_of_memory is_refused_by_the_screen: |trial| trial.refused(&[INVALID, "instances count exceeds limit of 1000"]);
    instances_of_a_hundred is_refused_when_it_is_made_ready: |trial| {
        let _ = trial.unusable(&["100 core module instances", "maximum of 3"]);
    };
    memories_of_three is_refused_when_it_is_made_ready: |trial| {
        let _ = trial.unusable(&["3 ", "memories"]);
    };
    tables_of_three is_refused_when_it_is_made_ready: |trial| {
        let _ = trial.unusable(&["3 ", "tables"]);
    };
    table_between_the_limits is_refused_when_it_is_made_ready: |trial| {
        let _ = trial.unusable(&["table index 0 has a minimum element size of 100000 which exceeds the limit of 20000"]);
    };
}
