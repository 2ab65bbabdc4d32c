//! What is no package, or one for another host.

const INVALID: &str = "malformed, cut off, or uses a feature that plugins may not use";

guests! {
    elf_image is_refused_by_the_screen: |trial| trial.refused(&["ELF image", "precompiled code is never accepted"]);
    nothing_at_all is_refused_by_the_screen: |trial| trial.refused(&["the file is not WebAssembly"]);
    zip_bomb is_refused_by_the_screen: |trial| trial.refused(&["the file is not WebAssembly"]);
    core_module is_refused_by_the_screen: |trial| trial.refused(&["core module, not a component"]);
    unknown_binary_version is_refused_by_the_screen: |trial| trial.refused(&["unknown binary version"]);
    cut_off is_refused_by_the_screen: |trial| trial.refused(&[INVALID, "unexpected end"]);
    overlong_number is_refused_by_the_screen: |trial| trial.refused(&[INVALID, "invalid var_u32: integer representation too long"]);
    unknown_section is_refused_by_the_screen: |trial| trial.refused(&[INVALID, "malformed section id: 99"]);
    index_of_nothing is_refused_by_the_screen: |trial| trial.refused(&[INVALID, "unknown instance 99"]);
    two_manifests is_refused_by_the_screen: |trial| trial.refused(&["more than one section `weighbridge:manifest`"]);
    manifest_within_a_module is_refused_by_the_screen: |trial| trial.refused(&["inside of a nested module or component"]);
    manifest_within_a_component is_refused_by_the_screen: |trial| trial.refused(&["inside of a nested module or component"]);
    source_of_version_0_2 is_refused_by_its_version: |trial| trial.refused(&["source@0.2.0", "this host speaks version 0.1"]);
    source_of_version_1 is_refused_by_its_version: |trial| trial.refused(&["source@1.0.0", "this host speaks version 0.1"]);
    source_of_a_candidate is_refused_by_its_version: |trial| trial.refused(&["source@0.1.0-rc.1", "this host speaks version 0.1"]);
    source_without_version is_refused_by_its_version: |trial| trial.refused(&["weighbridge:connector/source`", "this host speaks version 0.1"]);
    log_of_version_0_2 is_refused_by_its_version: |trial| trial.refused(&["log@0.2.0", "this host speaks version 0.1"]);
    log_of_a_candidate is_refused_by_its_version: |trial| trial.refused(&["log@0.1.0-alpha", "this host speaks version 0.1"]);
    log_without_version is_refused_by_its_version: |trial| trial.refused(&["weighbridge:connector/log`", "this host speaks version 0.1"]);
    log_of_a_huge_version is_no_name_at_all: |trial| trial.refused(&[INVALID, "value of patch version number exceeds u64::MAX"]);
    source_of_another is_refused_with_what_it_exports: |trial| trial.refused(&["does not export `weighbridge:connector/source`", "weighbrldge:connector/source@0.1.0"]);
    source_is_missing is_refused_with_what_it_exports: |trial| trial.refused(&["does not export `weighbridge:connector/source`", "it exports: nothing"]);
    source_is_a_function is_refused_with_what_it_exports: |trial| trial.refused(&["does not export `weighbridge:connector/source`", "it exports: nothing"]);
    source_without_functions is_refused_when_it_is_made_ready: |trial| { let _ = trial.unusable(&["not a connector of this host"]); };
    log_of_another_shape is_refused_when_it_is_made_ready: |trial| { let _ = trial.unusable(&["not a connector of this host", "log"]); };
    log_with_a_second_function is_refused_when_it_is_made_ready: |trial| { let _ = trial.unusable(&["not a connector of this host", "read-all"]); };
}
