//! From a package to a connector that can be called.

use std::sync::Arc;

use domain::{Capabilities, Digest, PluginId, RecordKind};

use super::{Engine, Guests};
use crate::apart::Far;
use crate::artefact::deserialize;
use crate::cache;
use crate::capability::Interfaces;
use crate::compile::CompileError;
use crate::connector::{Connector, Place};
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
    /// The process that runs guests apart could not be had.
    #[error("the process that runs guests could not be had: {0}")]
    Process(#[source] std::io::Error),
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
        let place = self.load(source, Interfaces::of(grant)).await?;
        Ok(Connector::new(self.clone(), source.plugin.clone(), source.kinds.clone(), place))
    }

    /// The component, loaded where guests run: its artefact is the cache's, or else the compiler's.
    async fn load(&self, source: &Source, interfaces: Interfaces) -> Result<Place, PrepareError> {
        let name = cache::name(&source.digest, self.inner.guests.wasmtime());
        if let Some(place) = self.load_cached(&name, interfaces).await? {
            return Ok(place);
        }
        // Whoever waited here for the compilation of the same component finds it in the cache.
        let _turn = self.inner.compiling.acquire().await.map_err(|_| PrepareError::Stopping)?;
        if let Some(place) = self.load_cached(&name, interfaces).await? {
            return Ok(place);
        }
        let artefact = self.inner.compiler.compile(&source.bytes).await?;
        let cache = self.inner.cache.clone();
        let artefact = off_thread(move || {
            if let Err(error) = cache.keep(&name, &artefact) {
                tracing::warn!(error = %error, "a compiled component could not be kept: it is compiled again next time");
            }
            artefact
        })
        .await?;
        self.inner.guests.load(artefact, interfaces).await
    }

    /// None where there is no artefact of this name, or the engine finds that it is not its own.
    async fn load_cached(&self, name: &str, interfaces: Interfaces) -> Result<Option<Place>, PrepareError> {
        let (cache, name) = (self.inner.cache.clone(), name.to_owned());
        let found = off_thread(move || {
            cache.find(&name).unwrap_or_else(|error| {
                tracing::warn!(error = %error, "the cache of compiled components cannot be read");
                None
            })
        });
        let Some(artefact) = found.await? else { return Ok(None) };
        match self.inner.guests.load(artefact, interfaces).await {
            Err(PrepareError::Load(error)) => {
                tracing::warn!(%error, "an artefact of the cache does not load: it is compiled anew");
                Ok(None)
            }
            loaded => loaded.map(Some),
        }
    }
}

impl Guests {
    async fn load(&self, artefact: Vec<u8>, interfaces: Interfaces) -> Result<Place, PrepareError> {
        match self {
            Self::Inside(runtime) => {
                let engine = runtime.wasmtime().clone();
                let component = off_thread(move || deserialize(&engine, &artefact)).await??;
                Ok(Place::Inside(runtime.link(&component, interfaces)?))
            }
            Self::Apart { keeper, .. } => Ok(Place::Apart(Far::load(Arc::clone(keeper), artefact, interfaces).await?)),
        }
    }
}

async fn off_thread<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, PrepareError> {
    tokio::task::spawn_blocking(work).await.map_err(|_| PrepareError::Stopping)
}
