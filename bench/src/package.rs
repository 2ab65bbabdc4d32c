//! Packages, made and signed as authors do it, with a key that only this process has.

use std::path::Path;
use std::time::Duration;

use anyhow::Result;
use cap_std::ambient_authority;
use cap_std::fs::Dir;
use domain::Instant;
use sandbox::package::{Manifest, UnverifiedPackage, assemble};
use sandbox::trust::{self, PublisherKey, SigningKey, TrustPolicy, VerifiedPackage};
use sandbox::{Cache, Compiler, Concurrency, Connector, Engine, Weights};
use tempfile::TempDir;
use wit_component::ComponentEncoder;

use crate::place;

/// A publisher that nobody knows beyond this process.
pub(crate) struct Publisher {
    key: SigningKey,
}

impl Publisher {
    pub(crate) fn new() -> Result<Self> {
        Ok(Self { key: SigningKey::generate()? })
    }

    /// The public key, for the operator.
    pub(crate) fn public_pem(&self) -> String {
        self.key.public().to_pem()
    }

    /// Component and manifest as one signed package: the file and its envelope.
    pub(crate) fn pack(&self, component: &[u8], manifest: &Manifest) -> Result<(Vec<u8>, String)> {
        let bytes = assemble(component, manifest)?;
        let package = UnverifiedPackage::from_bytes(bytes.clone(), None)?;
        let envelope = trust::sign(&package, &[&self.key], Instant::now().after(Duration::from_secs(86_400)))?;
        Ok((bytes, envelope.to_json()))
    }

    /// The same, verified as a host that trusts this publisher does it.
    pub(crate) fn verified(&self, component: &[u8], manifest: &Manifest) -> Result<VerifiedPackage> {
        let (bytes, envelope) = self.pack(component, manifest)?;
        let key = PublisherKey {
            name: "the benchmark".to_owned(),
            public_key: self.key.public(),
            plugins: vec![manifest.id.as_str().parse()?],
            not_before: None,
            not_after: None,
        };
        let policy = TrustPolicy { keys: vec![key], ..TrustPolicy::default() };
        let package = UnverifiedPackage::from_bytes(bytes, Some(envelope.into_bytes()))?;
        Ok(trust::verify(package, &policy, Instant::now())?)
    }
}

/// A core module, made a component.
pub(crate) fn component(module: &Path) -> Result<Vec<u8>> {
    let module = std::fs::read(module)?;
    ComponentEncoder::default().validate(true).module(&module).and_then(|mut encoder| encoder.encode())
}

/// The manifest of a guest that asks for nothing.
pub(crate) fn plain_manifest(id: &str) -> Result<Manifest> {
    let text = format!(
        "id = \"{id}\"\nversion = \"1.0.0\"\nsequence = 1\ntitle = \"A guest\"\nlicense = \"Apache-2.0\"\nkinds = [\"team\"]\n"
    );
    Ok(Manifest::from_toml(&text)?)
}

/// The manifest of the GitHub connector.
pub(crate) fn github_manifest() -> Result<Manifest> {
    Ok(Manifest::from_toml(&std::fs::read_to_string(place::root().join("plugins/github/plugin.toml"))?)?)
}

/// The sandbox with one connector in it, all of whose requests are granted.
pub(crate) async fn prepared(module: &Path, manifest: &Manifest, places: u32) -> Result<(Connector, Sandbox)> {
    let sandbox = Sandbox::new(Concurrency { total: places, per_plugin: places, per_workspace: places })?;
    Ok((sandbox.prepare(module, manifest).await?, sandbox))
}

/// A sandbox, with a cache of its own.
pub(crate) struct Sandbox {
    engine: Engine,
    _cache: TempDir,
}

impl Sandbox {
    pub(crate) fn new(concurrency: Concurrency) -> Result<Self> {
        Self::compiling_for(concurrency, Duration::from_secs(60))
    }

    /// One whose compiler has so long for a component.
    pub(crate) fn compiling_for(concurrency: Concurrency, deadline: Duration) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let cache = Cache::new(Dir::open_ambient_dir(folder.path(), ambient_authority())?, [7; 32]);
        let mut compiler = Compiler::new(place::weighbridge()?, vec!["compile".into()]);
        compiler.deadline = deadline;
        Ok(Self { engine: Engine::new(concurrency, Weights::default(), compiler, cache)?, _cache: folder })
    }

    /// A connector, all of whose requests are granted.
    pub(crate) async fn prepare(&self, module: &Path, manifest: &Manifest) -> Result<Connector> {
        self.prepare_component(&component(module)?, manifest).await
    }

    pub(crate) async fn prepare_component(&self, component: &[u8], manifest: &Manifest) -> Result<Connector> {
        let package = Publisher::new()?.verified(component, manifest)?;
        Ok(self.engine.prepare(&package, &manifest.capabilities).await?)
    }
}
