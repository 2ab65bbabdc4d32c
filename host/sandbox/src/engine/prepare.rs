//! From a package to a connector that can be called.

use std::sync::Arc;

use domain::{Capabilities, Digest, PluginId, RecordKind};
use wasmtime::component::Component;

use super::Engine;
use crate::artefact::deserialize;
use crate::cache;
use crate::capability::Interfaces;
use crate::compile::CompileError;
use crate::connector::Connector;
use crate::trust::VerifiedPackage;

/// What is compiled. Outside of tests there is no way to one but a verified package.
#[derive(Debug, Clone)]
pub(crate) struct Source {
    pub(crate) plugin: PluginId,
    pub(crate) digest: Digest,
    pub(crate) bytes: Arc<[u8]>,
    pub(crate) kinds: Vec<RecordKind>,
}

impl From<&VerifiedPackage> for Source {
    fn from(package: &VerifiedPackage) -> Self {
        let manifest = package.manifest();
        Self {
            plugin: manifest.id.clone(),
            digest: package.digest(),
            bytes: Arc::clone(package.bytes()),
            kinds: manifest.kinds.clone(),
        }
    }
}

/// Why a package cannot be called.
#[derive(Debug, thiserror::Error)]
pub enum PrepareError {
    /// It needs an interface that it was not granted.
    #[error("the component imports `{interface}`, which is not granted")]
    NotGranted {
        /// The full name of the interface.
        interface: String,
    },
    /// Fetching content for analysis is not offered.
    #[error("this host does not offer the capability `content` yet")]
    ContentNotOffered,
    /// It is not a connector, or of another version of the interface.
    #[error("the component is not a connector of this host's interface: {0}")]
    World(String),
    /// It needs more than a place in the pool has.
    #[error("the component has {found} {what} and may have {limit}")]
    TooLarge {
        /// What it has too many of.
        what: &'static str,
        /// How many it has.
        found: u32,
        /// How many it may have.
        limit: u32,
    },
    /// It could not be compiled.
    #[error(transparent)]
    Compile(#[from] CompileError),
    /// What was compiled could not be loaded.
    #[error("the compiled component cannot be loaded: {0}")]
    Load(String),
    /// The process is on its way out.
    #[error("the host is stopping")]
    Stopping,
}

impl Engine {
    /// Make a package ready to be called with exactly this grant.
    ///
    /// # Errors
    /// When it needs more than the grant, is not a connector, or cannot be compiled.
    pub async fn prepare(&self, package: &VerifiedPackage, grant: &Capabilities) -> Result<Connector, PrepareError> {
        self.prepare_source(&package.into(), grant).await
    }

    pub(crate) async fn prepare_source(
        &self,
        source: &Source,
        grant: &Capabilities,
    ) -> Result<Connector, PrepareError> {
        if grant.content {
            return Err(PrepareError::ContentNotOffered);
        }
        let component = self.load(source).await?;
        let place = self.inner.runtime.link(&component, Interfaces::of(grant))?;
        Ok(Connector::new(self.clone(), source.plugin.clone(), source.kinds.clone(), place))
    }

    /// The compiled component: from the cache, or else from the compiler.
    async fn load(&self, source: &Source) -> Result<Component, PrepareError> {
        let name = cache::name(&source.digest, self.inner.runtime.wasmtime());
        if let Some(component) = self.load_cached(&name).await? {
            return Ok(component);
        }
        // Whoever waited here for the compilation of the same component finds it in the cache.
        let _turn = self.inner.compiling.acquire().await.map_err(|_| PrepareError::Stopping)?;
        if let Some(component) = self.load_cached(&name).await? {
            return Ok(component);
        }
        let artefact = self.inner.compiler.compile(&source.bytes).await?;
        let (engine, cache) = (self.inner.runtime.wasmtime().clone(), self.inner.cache.clone());
        off_thread(move || {
            if let Err(error) = cache.keep(&name, &artefact) {
                tracing::warn!(error = %error, "a compiled component could not be kept: it is compiled again next time");
            }
            deserialize(&engine, &artefact)
        })
        .await
    }

    async fn load_cached(&self, name: &str) -> Result<Option<Component>, PrepareError> {
        let (engine, cache, name) = (self.inner.runtime.wasmtime().clone(), self.inner.cache.clone(), name.to_owned());
        off_thread(move || {
            let artefact = cache.find(&name).unwrap_or_else(|error| {
                tracing::warn!(error = %error, "the cache of compiled components cannot be read");
                None
            });
            Ok(artefact.and_then(|artefact| deserialize(&engine, &artefact).ok()))
        })
        .await
    }
}

async fn off_thread<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, PrepareError> + Send + 'static,
) -> Result<T, PrepareError> {
    tokio::task::spawn_blocking(work).await.unwrap_or(Err(PrepareError::Stopping))
}
