//! The engine's configuration.
//!
//! What an artefact depends on stands in [`config`], which the compile process shares; what only running depends on
//! stands in [`pooled`]. The engine itself compares the two when it loads an artefact.

use domain::Budget;
use wasmtime::{
    Config, Enabled, InstanceAllocationStrategy, ModuleVersionStrategy, PoolingAllocationConfig, WasmBacktraceDetails,
    WasmFeatures,
};

use crate::cache;
use crate::limits::{CORE_INSTANCES, MEMORIES, TABLES};
use crate::package::ENGINE_FEATURES;

/// The guest's stack, in bytes.
const GUEST_STACK: usize = 1024 * 1024;
/// The stack that a call runs on: the guest's, and room for the host's functions above it.
const CALL_STACK: usize = 2 * 1024 * 1024;
/// Linear memory that a place in the pool keeps between two calls, in bytes.
const KEPT_MEMORY: usize = 8 * 1024 * 1024;
/// Stack that a place in the pool keeps between two calls, in bytes.
const KEPT_STACK: usize = 64 * 1024;
/// Of each table as much is kept, in bytes: all that connectors have. Giving pages back is a call of the kernel for each.
const KEPT_TABLE: usize = 64 * 1024;
/// Places that keep what they have while others are free.
const WARM: u32 = 16;

/// What packages are screened for is what the engine runs: one list, so that neither lets in more than the other.
const REFUSED: WasmFeatures = WasmFeatures::all().difference(ENGINE_FEATURES);

/// What compiling and running have in common.
pub(crate) fn config() -> Config {
    config_of(ModuleVersionStrategy::WasmtimeVersion)
}

/// The same, if this were that build of wasmtime.
pub(crate) fn config_of(build: ModuleVersionStrategy) -> Config {
    let mut config = Config::new();
    config
        .epoch_interruption(true)
        .max_wasm_stack(GUEST_STACK)
        .async_stack_size(CALL_STACK)
        .concurrency_support(false)
        .shared_memory(false)
        .wasm_features(REFUSED, false)
        .relaxed_simd_deterministic(true)
        .cranelift_nan_canonicalization(true)
        // Debug information is the guest's own word, and reading it recurses as deep as the guest likes.
        .wasm_backtrace_details(WasmBacktraceDetails::Disable);
    // Only too long a version is refused, and these are short.
    let _ = config.module_version(build);
    let version = version(&config);
    let _ = config.module_version(version);
    config
}

/// The exact version and everything else that artefacts depend on, as the engine refuses artefacts by: its own check
/// knows the first number of the version alone.
fn version(config: &Config) -> ModuleVersionStrategy {
    // An engine that cannot be had now cannot be had with a version either, and whoever asks for it is told.
    wasmtime::Engine::new(config).map_or_else(
        |_| ModuleVersionStrategy::WasmtimeVersion,
        |engine| ModuleVersionStrategy::Custom(format!("weighbridge {}", cache::compatibility(&engine))),
    )
}

/// The same, for an engine that runs so many calls at a time.
pub(crate) fn pooled(calls: u32) -> Config {
    let mut pool = PoolingAllocationConfig::new();
    pool.total_component_instances(calls)
        .total_core_instances(calls.saturating_mul(CORE_INSTANCES))
        .total_tables(calls.saturating_mul(TABLES))
        .total_memories(calls.saturating_mul(MEMORIES))
        .total_stacks(calls)
        .max_core_instances_per_component(CORE_INSTANCES)
        .max_tables_per_component(TABLES)
        .max_memories_per_component(MEMORIES)
        .max_memory_size(Budget::CEILING.memory_bytes as usize)
        .table_elements(Budget::CEILING.table_elements as usize)
        .max_unused_warm_slots(WARM)
        .table_keep_resident(KEPT_TABLE)
        .async_stack_keep_resident(KEPT_STACK);
    // Keeping pages pays only where the kernel can say which of them were touched (Linux 6.7 or later).
    if PoolingAllocationConfig::is_pagemap_scan_available() {
        pool.linear_memory_keep_resident(KEPT_MEMORY).pagemap_scan(Enabled::Yes);
    }
    let mut config = config();
    config.allocation_strategy(InstanceAllocationStrategy::Pooling(pool));
    config
}
