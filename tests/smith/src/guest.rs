//! One random guest: the bytes of a component.

use std::path::Path;

use anyhow::{Context as _, Result};
use arbitrary::Unstructured;
use wasm_smith::{Component, Config, Module};
use wit_component::{ComponentEncoder, StringEncoding, embed_component_metadata};
use wit_parser::{Resolve, WorldId};

use crate::graft::{graft, honest};
use crate::random::Random;
use crate::shape::{self, INNER_PULL, INNER_STREAMS, PULL, PULL_PARAMS, REALLOC, STREAMS, STREAMS_PARAMS};

/// The sorts of guest. `tests/src/soak/smith.rs` knows them by these numbers.
#[derive(Clone, Copy)]
pub(crate) enum Family {
    /// One that does nothing.
    Honest,
    /// A component of any world.
    Component,
    /// A connector that is random from end to end, its allocator included.
    Wild,
    /// Random code in the frame of a connector, which leads to it and carries its answer out.
    Grafted,
    /// The same with some bytes changed before it is signed.
    Mutated,
    /// The same to be changed by its reader, after it was signed.
    Tampered,
}

/// The world that connectors are encoded for.
pub(crate) struct Frame {
    resolve: Resolve,
    world: WorldId,
}

impl Frame {
    /// Read `wit/`.
    pub(crate) fn read() -> Result<Self> {
        let mut resolve = Resolve::default();
        let wit = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../wit");
        let (package, _) = resolve.push_dir(wit)?;
        let world = resolve.select_world(&[package], Some("connector"))?;
        Ok(Self { resolve, world })
    }

    /// A guest that does nothing: it answers with an empty last page.
    pub(crate) fn honest(&self) -> Result<Vec<u8>> {
        self.encode(honest()).context("the honest guest")
    }

    /// A core module as a component; none where it cannot be one.
    fn encode(&self, mut module: Vec<u8>) -> Option<Vec<u8>> {
        embed_component_metadata(&mut module, &self.resolve, self.world, StringEncoding::UTF8).ok()?;
        ComponentEncoder::default().module(&module).ok()?.encode().ok()
    }
}

/// The guest of a seed.
pub(crate) fn make(seed: u64, frame: &Frame) -> (Family, Vec<u8>) {
    use Family::{Component, Grafted, Mutated, Tampered, Wild};
    let mut random = Random::new(seed);
    let sorts = [Component, Wild, Wild, Grafted, Grafted, Grafted, Grafted, Grafted, Mutated, Tampered];
    let family = *random.pick(&sorts);
    // Chance sometimes makes what is no module or no component; the next piece of it does better.
    let component = (0..64).find_map(|_| match family {
        Family::Honest => None,
        Component => component(&mut random),
        Wild => frame.encode(wild(&mut random)?),
        Grafted | Tampered => frame.encode(grafted(&mut random)?),
        Mutated => mutated(&mut random, frame),
    });
    (family, component.unwrap_or_default())
}

/// Change one to eight bytes, behind the header.
fn change(mut bytes: Vec<u8>, random: &mut Random) -> Vec<u8> {
    for _ in 0..=random.below(8) {
        let at = 8 + random.below(bytes.len().saturating_sub(8).max(1));
        if let Some(byte) = bytes.get_mut(at) {
            *byte ^= 1 << random.below(8);
        }
    }
    bytes
}

fn component(random: &mut Random) -> Option<Vec<u8>> {
    let bytes = random.bytes(8192);
    let component = Component::new(config(random), &mut Unstructured::new(&bytes)).ok()?;
    Some(component.to_bytes())
}

/// Some bytes changed in the module, or in the component around it.
fn mutated(random: &mut Random, frame: &Frame) -> Option<Vec<u8>> {
    let module = grafted(random)?;
    if random.chance(50) { frame.encode(change(module, random)) } else { Some(change(frame.encode(module)?, random)) }
}

/// Pages of memory at the start: mostly few, sometimes more than the manifest allows.
fn pages(random: &mut Random) -> u64 {
    if random.chance(5) { 200 } else { 2 << random.below(6) }
}

fn wild(random: &mut Random) -> Option<Vec<u8>> {
    let exports =
        shape::exports(pages(random), &[(STREAMS, STREAMS_PARAMS), (PULL, PULL_PARAMS), (REALLOC, STREAMS_PARAMS)]);
    module(Config { exports: Some(exports), ..config(random) }, random)
}

fn grafted(random: &mut Random) -> Option<Vec<u8>> {
    let exports = shape::exports(pages(random), &[(INNER_STREAMS, STREAMS_PARAMS), (INNER_PULL, PULL_PARAMS)]);
    let module = module(Config { exports: Some(exports), ..config(random) }, random)?;
    graft(&module, random).ok()
}

fn module(config: Config, random: &mut Random) -> Option<Vec<u8>> {
    let length = 256 << random.below(6);
    let bytes = random.bytes(length);
    let mut module = Module::new(config, &mut Unstructured::new(&bytes)).ok()?;
    // Half of them end by themselves, and so come to their answer; the others may loop.
    if random.chance(50) {
        module.ensure_termination(10_000).ok()?;
    }
    Some(module.to_bytes())
}

/// What the engine accepts, and now and then a little more, which the screen has to refuse.
fn config(random: &mut Random) -> Config {
    let beyond = random.chance(5);
    Config {
        available_imports: Some(shape::imports()),
        exceptions_enabled: beyond,
        gc_enabled: false,
        memory64_enabled: false,
        threads_enabled: false,
        tail_call_enabled: beyond,
        relaxed_simd_enabled: beyond,
        simd_enabled: random.chance(70),
        disallow_traps: random.chance(50),
        generate_custom_sections: random.chance(20),
        max_instructions: 20 << random.below(5),
        max_funcs: 2 + random.below(20),
        // The memory of the exports comes beside it.
        max_memories: 0,
        reference_types_enabled: beyond,
        max_tables: 1,
        max_table_elements: if random.chance(5) { 100_000 } else { 1_000 },
        ..Config::default()
    }
}
