//! Every single bit of a package and of its envelope counts.

use std::path::Path;
use std::thread;

use wasm_encoder::{
    CodeSection, ExportKind, ExportSection, Function, FunctionSection, Instruction, MemorySection, MemoryType, Module,
    TypeSection, ValType,
};
use wit_component::{ComponentEncoder, StringEncoding, embed_component_metadata};
use wit_parser::Resolve;

use super::*;
use crate::package::World;

/// Three small packages: a classifier and an analyser that work (they find nothing), and a connector's shape with imports.
fn packages() -> [Vec<u8>; 3] {
    let plain = |world: World| {
        let mut manifest = fixture::manifest();
        (manifest.world, manifest.kinds, manifest.capabilities) = (world, Vec::new(), Capabilities::default());
        manifest
    };
    let of = |component: Vec<u8>, manifest: Manifest| assemble(&component, &manifest).expect("a package");
    [
        of(idle(World::CommitClassifier, "classifier@0.1.0#classify", 2), plain(World::CommitClassifier)),
        of(idle(World::ContentAnalyzer, "analyzer@0.1.0#analyse", 4), plain(World::ContentAnalyzer)),
        fixture::package(),
    ]
}

/// A component of a world without imports, whose one function answers with what stands at address 0: nothing.
fn idle(world: World, export: &str, params: usize) -> Vec<u8> {
    let (mut types, mut functions, mut code) = (TypeSection::new(), FunctionSection::new(), CodeSection::new());
    for (index, params) in [(0, params), (1, 4)] {
        types.ty().function(vec![ValType::I32; params], [ValType::I32]);
        functions.function(index);
        let mut function = Function::new([]);
        function.instruction(&Instruction::I32Const(0)).instruction(&Instruction::End);
        code.function(&function);
    }
    let mut memory = MemorySection::new();
    memory.memory(MemoryType { minimum: 1, maximum: None, memory64: false, shared: false, page_size_log2: None });
    let mut exports = ExportSection::new();
    exports.export("memory", ExportKind::Memory, 0);
    exports.export(&format!("weighbridge:connector/{export}"), ExportKind::Func, 0);
    exports.export("cabi_realloc", ExportKind::Func, 1);
    let mut module = Module::new();
    module.section(&types).section(&functions).section(&memory).section(&exports).section(&code);
    let mut module = module.finish();
    let mut resolve = Resolve::default();
    let wit = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../wit");
    let (package, _) = resolve.push_dir(wit).expect("the interface");
    let world = resolve.select_world(&[package], Some(world.name())).expect("the world");
    embed_component_metadata(&mut module, &resolve, world, StringEncoding::UTF8).expect("metadata");
    ComponentEncoder::default().validate(true).module(&module).expect("a module").encode().expect("a component")
}

/// Ask for every flipped bit, on all processors: the numbers of the bits whose flip was not refused.
fn survivors(good: &[u8], is_refused: impl Fn(Vec<u8>) -> bool + Sync) -> Vec<usize> {
    let threads = thread::available_parallelism().map_or(1, usize::from);
    let flipped = |bit: usize| {
        let mut bytes = good.to_vec();
        bytes[bit / 8] ^= 1 << (bit % 8);
        bytes
    };
    let (flipped, is_refused) = (&flipped, &is_refused);
    thread::scope(|scope| {
        let one = |first: usize| {
            let bits = (first..good.len() * 8).step_by(threads);
            scope.spawn(move || bits.filter(|bit| !is_refused(flipped(*bit))).collect::<Vec<_>>())
        };
        let started: Vec<_> = (0..threads).map(one).collect();
        started.into_iter().flat_map(|thread| thread.join().expect("no panic")).collect()
    })
}

#[test]
fn every_single_bit_flip_of_three_packages_is_refused() {
    let scene = Scene::new();
    for good in packages() {
        let envelope = sign(&unsigned(good.clone()), &[&scene.key], scene.expires).expect("signed").to_json();
        let is_refused = |bytes: Vec<u8>| {
            let package = UnverifiedPackage::from_bytes(bytes, Some(envelope.clone().into_bytes()));
            package.map_or(true, |package| verify(package, &scene.policy, scene.now).is_err())
        };
        assert!(good.len() > 500, "a package of {} bytes", good.len());
        assert_eq!(survivors(&good, is_refused), Vec::<usize>::new());
        assert!(!is_refused(good));
    }
}

#[test]
fn every_single_bit_flip_of_their_envelopes_is_refused() {
    let scene = Scene::new();
    for package in packages() {
        let unsigned = unsigned(package);
        let signed = sign(&unsigned, &[&scene.key], scene.expires).expect("signed").to_json();
        // As others write it: in another order, with a line end.
        let reordered: serde_json::Value = serde_json::from_str(&signed).expect("json");
        for good in [signed, format!("{reordered}\n")] {
            let is_refused = |envelope| verify(unsigned.with_envelope(envelope), &scene.policy, scene.now).is_err();
            assert_eq!(survivors(good.as_bytes(), is_refused), Vec::<usize>::new());
            assert!(!is_refused(good.into_bytes()));
        }
    }
}

#[test]
fn a_flip_in_one_of_two_signatures_leaves_the_other_ones_word_or_none() {
    let mut scene = Scene::new();
    let second = SigningKey::generate().expect("a key");
    scene.policy.keys.push(trusted(&second, "acme/*"));
    let [package, ..] = packages();
    let unsigned = unsigned(package);
    let envelope = sign(&unsigned, &[&scene.key, &second], scene.expires).expect("signed").to_json();
    let is_refused = |text| verify(unsigned.with_envelope(text), &scene.policy, scene.now).is_err();
    for bit in survivors(envelope.as_bytes(), is_refused) {
        // What is left is as if one of the two signatures had not been there: its key is one that nobody knows.
        let mut text = envelope.clone().into_bytes();
        text[bit / 8] ^= 1 << (bit % 8);
        let left = Envelope::parse(&text).expect("an envelope");
        let whole = Envelope::parse(envelope.as_bytes()).expect("an envelope");
        assert_eq!((&left.payload_type, &left.payload), (&whole.payload_type, &whole.payload));
        let unknown = left.signatures.iter().zip(&whole.signatures).filter(|(left, whole)| left != whole);
        assert!(unknown.map(|(left, _)| &left.keyid).eq(left.signatures.iter().filter_map(|left| {
            let known = [scene.key.public().id().to_string(), second.public().id().to_string()];
            (!known.contains(&left.keyid)).then_some(&left.keyid)
        })));
    }
}
