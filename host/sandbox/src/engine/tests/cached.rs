//! Artefacts in the cache that are not what the host put there under that name: each is refused, and compiled anew.

use super::*;
use crate::engine::config_of;

/// The one artefact in a folder.
fn kept(folder: &TempDir) -> std::path::PathBuf {
    let mut entries = std::fs::read_dir(folder.path()).expect("the directory");
    entries.next().expect("a file").expect("a file").path()
}

fn broken() -> Compiler {
    Compiler::new("/bin/false".into(), Vec::new())
}

/// What now stands in the cache is refused, and a compiler makes it good.
async fn assert_rebuilt(folder: &TempDir, source: &Source, what: &str) {
    let refused = engine(folder, broken()).prepare_source(source, &everything()).await;
    assert!(matches!(refused, Err(PrepareError::Compile(_))), "{what} was loaded");
    engine(folder, worker()).prepare_source(source, &everything()).await.expect("compiled again");
    engine(folder, broken()).prepare_source(source, &everything()).await.expect("from the cache");
}

#[tokio::test(flavor = "multi_thread")]
async fn artefacts_of_two_plugins_that_are_exchanged_are_compiled_anew() {
    let folder = tempfile::tempdir().expect("a directory");
    let (one, other) = (Guest::new().source(&[]), Guest::new().holding(SCRATCH, "another").source(&[]));
    for source in [&one, &other] {
        engine(&folder, worker()).prepare_source(source, &everything()).await.expect("compiled");
    }
    let mut paths: Vec<_> =
        std::fs::read_dir(folder.path()).expect("the directory").map(|entry| entry.expect("a file").path()).collect();
    let [left, right] = [paths.pop().expect("a file"), paths.pop().expect("a file")];
    let aside = left.with_extension("aside");
    for (from, to) in [(&left, &aside), (&right, &left), (&aside, &right)] {
        std::fs::rename(from, to).expect("renamed");
    }
    assert_rebuilt(&folder, &one, "another plugin's code").await;
    assert_rebuilt(&folder, &other, "another plugin's code").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn artefacts_that_are_cut_poisoned_or_of_another_host_are_compiled_anew() {
    let folder = tempfile::tempdir().expect("a directory");
    let source = Guest::new().source(&[]);
    engine(&folder, worker()).prepare_source(&source, &everything()).await.expect("compiled");
    let whole = std::fs::read(kept(&folder)).expect("the file");
    std::fs::write(kept(&folder), &whole[..whole.len() / 2]).expect("written");
    assert_rebuilt(&folder, &source, "half an artefact").await;
    let mut poisoned = whole.clone();
    poisoned.extend_from_slice(b"\xcc");
    std::fs::write(kept(&folder), &poisoned).expect("written");
    assert_rebuilt(&folder, &source, "an artefact with one byte more").await;
    // Another host keeps what it compiled under the same name, with a key of its own.
    let dir = || Dir::open_ambient_dir(folder.path(), ambient_authority()).expect("the directory");
    let name = kept(&folder).file_name().and_then(|name| name.to_str()).expect("a name").to_owned();
    let code = Cache::new(dir(), [1; 32]).find(&name).expect("readable").expect("the host's own");
    Cache::new(dir(), [2; 32]).keep(&name, &code).expect("kept");
    assert_rebuilt(&folder, &source, "another host's artefact").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn artefacts_of_another_build_are_compiled_anew_even_under_the_hosts_own_mac() {
    let folder = tempfile::tempdir().expect("a directory");
    let source = Guest::new().source(&[]);
    engine(&folder, worker()).prepare_source(&source, &everything()).await.expect("compiled");
    let name = kept(&folder).file_name().and_then(|name| name.to_str()).expect("a name").to_owned();
    let dir = Dir::open_ambient_dir(folder.path(), ambient_authority()).expect("the directory");
    let cache = Cache::new(dir, [1; 32]);
    let build = wasmtime::ModuleVersionStrategy::Custom("48.0.99".to_owned());
    let mut slower = config();
    slower.epoch_interruption(false);
    for (other, what) in [(config_of(build), "code of another version"), (slower, "code that is never interrupted")] {
        let engine = wasmtime::Engine::new(&other).expect("an engine");
        let code = engine.precompile_component(&source.bytes).expect("an artefact");
        cache.keep(&name, &code).expect("kept");
        assert_rebuilt(&folder, &source, what).await;
    }
}
