use std::borrow::Cow;

use proptest::prelude::*;
use wasm_encoder::{ComponentSection as _, CustomSection, Instruction, MemorySection, MemoryType, Module};

use super::*;
use crate::package::fixture::{self, HTTP, LOG, SOURCE, module_of};
use crate::package::{MANIFEST_SECTION, UnverifiedPackage, assemble};

fn screened(component: &[u8], manifest: &Manifest) -> Result<UnverifiedPackage, PackageError> {
    UnverifiedPackage::from_bytes(assemble(component, manifest)?, None)
}

fn refusal(component: &[u8], manifest: &Manifest) -> PackageError {
    screened(component, manifest).expect_err("refused")
}

fn manifest_with(change: impl FnOnce(&mut Manifest)) -> Manifest {
    let mut manifest = fixture::manifest();
    change(&mut manifest);
    manifest
}

fn append(package: &mut Vec<u8>, name: &str, data: &[u8]) {
    CustomSection { name: name.into(), data: Cow::Borrowed(data) }.append_to_component(package);
}

#[test]
fn a_package_says_what_it_imports_exports_and_asks_for() {
    let package = UnverifiedPackage::from_bytes(fixture::package(), None).expect("a package");
    assert_eq!(package.imports(), [LOG, HTTP]);
    assert_eq!(package.exports(), [SOURCE]);
    assert_eq!(*package.manifest(), fixture::manifest());
    assert_eq!(package.manifest_digest(), fixture::manifest().digest().expect("a digest"));
    assert!(package.warnings().is_empty());
}

#[test]
fn what_is_not_a_component_is_told_apart() {
    let elf = [b"\x7fELF\x02\x01\x01".as_slice(), &[0; 64]].concat();
    assert!(matches!(screen(&elf), Err(PackageError::Precompiled)));
    assert!(matches!(screen(&Module::new().finish()), Err(PackageError::CoreModule)));
    assert!(matches!(screen(b"\0asm\x0e\0\x01\0"), Err(PackageError::BinaryVersion(0x1_000e))));
    assert!(matches!(screen(b"#!/bin/sh"), Err(PackageError::NotWasm)));
    assert!(matches!(screen(b""), Err(PackageError::NotWasm)));
}

#[test]
fn there_is_one_manifest_and_it_stands_at_the_top() {
    let bare = fixture::component(&[LOG, HTTP], &[SOURCE]);
    assert!(matches!(screen(&bare), Err(PackageError::NoManifest)));

    let mut twice = fixture::package();
    let canonical = fixture::manifest().to_canonical().expect("a manifest");
    append(&mut twice, MANIFEST_SECTION, &canonical);
    assert!(matches!(screen(&twice), Err(PackageError::ManifestTwice)));
    assert!(matches!(assemble(&fixture::package(), &fixture::manifest()), Err(PackageError::ManifestTwice)));

    let mut module = Module::new();
    module.section(&CustomSection { name: MANIFEST_SECTION.into(), data: Cow::Borrowed(&canonical) });
    let nested = fixture::component_around(&[module]);
    assert!(matches!(refusal(&nested, &fixture::manifest()), PackageError::ManifestNested));
}

#[test]
fn a_manifest_in_another_spelling_is_refused() {
    let canonical = String::from_utf8(fixture::manifest().to_canonical().expect("a manifest")).expect("text");
    let spellings = [
        canonical.replacen('{', "{ ", 1),
        canonical.replacen("\"sequence\":7", "\"sequence\":7,\"title\":\"Other\"", 1),
        canonical.replacen("\"type\":\"object\"", "\"type\":\"object\",\"type\":\"object\"", 1),
        canonical.replacen("\"sequence\":7", "\"sequence\":7,\"surprise\":1", 1),
        format!("\u{feff}{canonical}"),
        canonical.replacen("Demo", "D\\u0065mo", 1),
    ];
    for spelling in spellings {
        assert_ne!(spelling, canonical);
        let mut package = fixture::component(&[LOG, HTTP], &[SOURCE]);
        append(&mut package, MANIFEST_SECTION, spelling.as_bytes());
        let refused = matches!(
            screen(&package),
            Err(PackageError::Manifest(ManifestError::Json(_) | ManifestError::NotCanonical))
        );
        assert!(refused, "{spelling}");
    }
}

#[test]
fn imports_beyond_the_manifest_are_refused_by_name() {
    let quiet = manifest_with(|manifest| manifest.capabilities = domain::Capabilities::default());
    for name in ["http", "files", "content", "state", "analyzer"] {
        let import = format!("weighbridge:connector/{name}@0.1.0");
        let error = refusal(&fixture::component(&[&import], &[SOURCE]), &quiet);
        assert!(matches!(&error, PackageError::ImportNotDeclared { interface } if *interface == import), "{error}");
    }
    let all = manifest_with(|manifest| {
        let asked = &mut manifest.capabilities;
        (asked.files, asked.content, asked.state) = (true, true, true);
    });
    for name in ["log", "http", "files", "content", "state"] {
        let import = format!("weighbridge:connector/{name}@0.1.3");
        screened(&fixture::component(&[&import], &[SOURCE]), &all).expect("declared");
    }
    for name in ["types", "records", "analyzer"] {
        let import = format!("weighbridge:connector/{name}@0.1.0");
        screened(&fixture::component_of_types(&[&import], &[SOURCE]), &all).expect("types alone");
        let error = refusal(&fixture::component(&[&import], &[SOURCE]), &all);
        assert!(matches!(error, PackageError::ImportUnknown { .. }), "{error}");
    }
}

#[test]
fn imports_of_strangers_are_refused() {
    let manifest = fixture::manifest();
    for import in
        ["wasi:cli/environment@0.2.0", "weighbridge:connectors/http@0.1.0", "evil", "weighbridge:connector2/log"]
    {
        let error = refusal(&fixture::component(&[import], &[SOURCE]), &manifest);
        assert!(matches!(error, PackageError::ImportOutside { .. }), "{import}: {error}");
    }
    for import in ["source", "webhook", "secrets"] {
        let import = format!("weighbridge:connector/{import}@0.1.0");
        let error = refusal(&fixture::component(&[&import], &[SOURCE]), &manifest);
        assert!(matches!(error, PackageError::ImportUnknown { .. }), "{import}: {error}");
    }
}

#[test]
fn wasi_is_for_its_own_profile_alone() {
    let inert = manifest_with(|manifest| manifest.profile = crate::package::Profile::InertWasi);
    screened(&fixture::component(&["wasi:cli/environment@0.2.0", HTTP], &[SOURCE]), &inert).expect("screened");
    let error = refusal(&fixture::component(&["evil:cli/environment@0.2.0"], &[SOURCE]), &inert);
    assert!(matches!(error, PackageError::ImportUnknown { .. }), "{error}");
}

#[test]
fn other_versions_of_the_interface_are_refused_by_name() {
    let manifest = fixture::manifest();
    for version in ["", "@0.2.0", "@1.0.0", "@0.1.0-alpha"] {
        let import = format!("weighbridge:connector/log{version}");
        let error = refusal(&fixture::component(&[&import], &[SOURCE]), &manifest);
        assert!(matches!(&error, PackageError::InterfaceVersion { interface } if *interface == import), "{error}");
    }
    let error = refusal(&fixture::component(&[], &["weighbridge:connector/source@0.2.0"]), &manifest);
    assert!(matches!(error, PackageError::InterfaceVersion { .. }), "{error}");
}

#[test]
fn a_component_of_another_world_is_refused_with_what_it_exports() {
    let analyzer = "weighbridge:connector/analyzer@0.1.0";
    let error = refusal(&fixture::component(&[], &[analyzer]), &fixture::manifest());
    assert!(
        matches!(&error, PackageError::WrongWorld { missing: "source", found, .. } if found == analyzer),
        "{error}"
    );
    screened(&fixture::component(&[HTTP], &[SOURCE, "cabi:extra/thing@1.0.0"]), &fixture::manifest())
        .expect("extra exports are tolerated");
}

#[test]
fn an_analyzer_has_no_import_at_all() {
    let analyzer = manifest_with(|manifest| {
        manifest.world = crate::package::World::ContentAnalyzer;
        manifest.capabilities = domain::Capabilities::default();
        manifest.kinds.clear();
    });
    let export = ["weighbridge:connector/analyzer@0.1.0"];
    screened(&fixture::component(&[], &export), &analyzer).expect("an analyzer");
    let error = refusal(&fixture::component(&[LOG], &export), &analyzer);
    assert!(matches!(error, PackageError::ImportNotDeclared { .. }), "{error}");
}

#[test]
fn what_is_declared_and_not_used_is_a_warning() {
    let manifest = manifest_with(|manifest| manifest.capabilities.state = true);
    let package = screened(&fixture::component(&[LOG], &[SOURCE]), &manifest).expect("a package");
    assert_eq!(package.warnings(), [Warning::Unused("http"), Warning::Unused("auth"), Warning::Unused("state")]);
}

#[test]
fn memories_start_within_the_budget() {
    let manifest = manifest_with(|manifest| manifest.budget.memory_bytes = 3 * 65_536);
    let modules =
        |pages: &[u64]| pages.iter().map(|&pages| fixture::module_with_memories(&[pages])).collect::<Vec<_>>();
    screened(&fixture::component_around(&modules(&[1, 2])), &manifest).expect("within");
    let error = refusal(&fixture::component_around(&modules(&[2, 2])), &manifest);
    assert!(matches!(error, PackageError::Memory { initial: 262_144, budget: 196_608 }), "{error}");
}

#[test]
fn features_that_the_engine_leaves_off_are_refused() {
    let one = |memory64, shared| {
        let mut section = MemorySection::new();
        section.memory(MemoryType { minimum: 1, maximum: Some(1), memory64, shared, page_size_log2: None });
        let mut module = Module::new();
        module.section(&section);
        module
    };
    screened(&fixture::component_around(&[one(false, false)]), &fixture::manifest()).expect("a plain memory");
    for module in [one(true, false), one(false, true), fixture::module_with_memories(&[1, 1])] {
        let error = refusal(&fixture::component_around(&[module]), &fixture::manifest());
        assert!(matches!(error, PackageError::Invalid(_)), "{error}");
    }
}

#[test]
fn compile_bombs_are_counted_out() {
    use Instruction::{Block, BrTable, End, I32Const, Nop};
    let empty = wasm_encoder::BlockType::Empty;
    let nested = [vec![Block(empty); 5000], vec![End; 5001]].concat();
    let long = [vec![Nop; 1_100_000], vec![End]].concat();
    let wide = [vec![vec![I32Const(0), BrTable(vec![0; 60_000].into(), 0)]; 17].concat(), vec![End]].concat();
    for (what, body) in
        [("blocks within one another", nested), ("bytes in one function", long), ("branch targets", wide)]
    {
        let error = refusal(&fixture::component_around(&[module_of(&body)]), &fixture::manifest());
        assert!(matches!(error, PackageError::TooMany { what: found, .. } if found == what), "{what}: {error}");
    }
    let (mut names, mut functions) = (wasm_encoder::NameSection::new(), wasm_encoder::NameMap::new());
    functions.append(0, &"n".repeat(5000));
    names.functions(&functions);
    let mut named = module_of(&[End]);
    named.section(&names);
    let error = refusal(&fixture::component_around(&[named]), &fixture::manifest());
    assert!(matches!(error, PackageError::TooMany { what: "bytes in one function's name", .. }), "{error}");
    let modules: Vec<_> = (0..65).map(|_| Module::new()).collect();
    let error = refusal(&fixture::component_around(&modules), &fixture::manifest());
    assert!(matches!(error, PackageError::TooMany { what: "modules", .. }), "{error}");
}

#[test]
fn function_bodies_are_validated() {
    let error =
        refusal(&fixture::component_around(&[module_of(&[Instruction::Drop, Instruction::End])]), &fixture::manifest());
    assert!(matches!(error, PackageError::Invalid(_)), "{error}");
    screened(&fixture::component_around(&[module_of(&[Instruction::Nop, Instruction::End])]), &fixture::manifest())
        .expect("a valid body");
}

#[test]
fn a_package_that_is_cut_off_anywhere_is_refused() {
    let package = fixture::package();
    for end in 0..package.len() {
        assert!(screen(&package[..end]).is_err(), "cut at {end}");
    }
}

proptest! {
    #[test]
    fn screening_never_panics(bytes: Vec<u8>, at: prop::sample::Index, cut in 0usize..16) {
        let mut package = fixture::package();
        let start = at.index(package.len());
        let end = (start + cut).min(package.len());
        package.splice(start..end, bytes);
        let _ = screen(&package);
    }
}
