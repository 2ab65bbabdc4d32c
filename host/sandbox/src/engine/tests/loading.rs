//! What is refused before it runs, and what the cache may give.

use super::*;
use crate::capability::Interfaces;
use crate::package::{UnverifiedPackage, assemble, fixture};
use crate::trust::{PublisherKey, SigningKey, TrustPolicy, sign, verify};

#[tokio::test(flavor = "multi_thread")]
async fn an_import_that_is_not_granted_is_refused_by_name() {
    let bench = bench();
    for (interface, function, params) in [("http", "send", 12), ("files", "list-directory", 3), ("state", "remove", 2)]
    {
        let uses = (0..params).map(|_| I::I32Const(SCRATCH)).chain([I::Call(0)]);
        let source = Guest::new().importing(interface, function, params).pulling(uses).source(&[]);
        let refused = bench.engine.prepare_source(&source, &Capabilities::default()).await.expect_err("refused");
        let named = matches!(&refused, PrepareError::NotGranted { interface: name } if name.contains(interface));
        assert!(named, "{refused}");
        assert!(bench.engine.prepare_source(&source, &everything()).await.is_ok(), "{interface}");
    }
    let content = Capabilities { content: true, ..Capabilities::default() };
    let refused = bench.engine.prepare_source(&Guest::new().source(&[]), &content).await;
    assert!(matches!(refused, Err(PrepareError::ContentNotOffered)));
}

#[test]
fn every_combination_links() {
    let engine = wasmtime::Engine::new(&config()).expect("an engine");
    for index in 0..Interfaces::SETS {
        let set = Interfaces { http: index & 1 > 0, files: index & 2 > 0, state: index & 4 > 0 };
        assert_eq!(set.index(), index);
        assert!(set.link(&engine).is_ok(), "{set:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flipped_bit_in_the_cache_means_compiling_again() {
    let folder = tempfile::tempdir().expect("a directory");
    let source = Guest::new().source(&[]);
    let broken = || Compiler::new("/bin/false".into(), Vec::new());
    let refused = engine(&folder, broken()).prepare_source(&source, &everything()).await;
    assert!(matches!(refused, Err(PrepareError::Compile(_))));

    engine(&folder, worker()).prepare_source(&source, &everything()).await.expect("compiled");
    let kept =
        || std::fs::read_dir(folder.path()).expect("the directory").next().expect("a file").expect("a file").path();
    engine(&folder, broken()).prepare_source(&source, &everything()).await.expect("from the cache");

    let whole = std::fs::read(kept()).expect("the file");
    let mut flipped = whole.clone();
    flipped[whole.len() / 2] ^= 1;
    std::fs::write(kept(), &flipped).expect("written");
    let refused = engine(&folder, broken()).prepare_source(&source, &everything()).await;
    assert!(matches!(refused, Err(PrepareError::Compile(_))), "what is not the host's is not loaded");
    engine(&folder, worker()).prepare_source(&source, &everything()).await.expect("compiled again");
    assert_ne!(std::fs::read(kept()).expect("the file"), flipped);
}

#[test]
fn the_engine_itself_refuses_code_of_another_build() {
    let ours = wasmtime::Engine::new(&config()).expect("an engine");
    let mut other = config();
    other.module_version(wasmtime::ModuleVersionStrategy::WasmtimeVersion).expect("a version");
    let other = wasmtime::Engine::new(&other).expect("an engine");
    let component = Guest::new().component();
    let load = |engine: &wasmtime::Engine| {
        let artefact = engine.precompile_component(&component).expect("an artefact");
        crate::artefact::deserialize(&ours, &artefact)
    };
    assert!(load(&ours).is_ok());
    assert!(matches!(load(&other), Err(PrepareError::Load(_))));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_component_is_refused_in_words() {
    let bench = bench();
    let source = Source { bytes: (*b"\0asm nonsense").into(), ..Guest::new().source(&[]) };
    let refused = bench.engine.prepare_source(&source, &everything()).await;
    assert!(matches!(refused, Err(PrepareError::Compile(CompileError::Refused(_)))), "{refused:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_signed_package_goes_all_the_way_to_a_page() {
    let bench = bench();
    let bytes = assemble(&sending("https://api.example/a").component(), &fixture::manifest()).expect("a package");
    let key = SigningKey::generate().expect("a key");
    let publisher = PublisherKey {
        name: "Acme".to_owned(),
        public_key: key.public(),
        plugins: vec!["acme/*".parse().expect("a pattern")],
        not_before: None,
        not_after: None,
    };
    let policy = TrustPolicy { keys: vec![publisher], ..TrustPolicy::default() };
    let (now, expires) = (call().now, call().now.after(Duration::from_hours(24)));
    let unsigned = UnverifiedPackage::from_bytes(bytes.clone(), None).expect("a package");
    let envelope = sign(&unsigned, &[&key], expires).expect("signed").to_json().into_bytes();
    let package = UnverifiedPackage::from_bytes(bytes, Some(envelope)).expect("a package");
    let package = verify(package, &policy, now).expect("verified");
    let connector = bench.engine.prepare(&package, &package.manifest().capabilities).await.expect("a connector");
    let outcome = pull(&connector, Call { http: Some(Arc::new(Upstream)), ..call() }).await;
    assert!(outcome.result.is_ok(), "{outcome:?}");
}
