//! What runs plugins: the engine and egress, and the connectors that are ready to be called.

use std::collections::HashMap;
use std::sync::Arc;

use cap_std::ambient_authority;
use cap_std::fs::Dir;
use domain::{Capabilities, Digest, Instant, PluginId};
use egress::{Egress, EgressConfig, Route};
use sandbox::package::Manifest;
use sandbox::trust::{self, VerifiedPackage};
use sandbox::{Cache, Compiler, Concurrency, Connector, Engine, PrepareError};
use store::plugins::{self, Plugin};
use tokio::sync::Mutex;

use super::Host;
use crate::command::{CommandError, in_words};

/// Why plugins cannot be run.
#[derive(Debug, thiserror::Error)]
pub enum MachineryError {
    /// The engine.
    #[error(transparent)]
    Engine(#[from] sandbox::EngineError),
    /// A package.
    #[error(transparent)]
    Prepare(#[from] PrepareError),
    /// Egress.
    #[error("egress: {0}")]
    Egress(#[from] egress::ConfigError),
    /// The cache of compiled components, or the program itself.
    #[error("the compiled components cannot be kept: {0}")]
    Cache(#[source] std::io::Error),
    /// A setting of egress.
    #[error("the value of `{key}` does not fit: {problem}")]
    Setting {
        /// The key.
        key: String,
        /// What is wrong.
        problem: String,
    },
}

/// The engine and egress of this process.
pub struct Machinery {
    engine: Engine,
    /// What opens connections.
    pub egress: Egress,
    /// By digest. A package that is installed anew with another grant has its entry replaced.
    ready: Mutex<HashMap<Digest, Arc<Runnable>>>,
}

/// A plugin that is ready to be called.
pub struct Runnable {
    /// What was installed.
    pub plugin: Plugin,
    /// What it says of itself.
    pub manifest: Manifest,
    /// What is called.
    pub connector: Connector,
}

impl Machinery {
    /// Set up engine and egress.
    ///
    /// # Errors
    /// A machine or a configuration that cannot.
    pub async fn start(host: &Host) -> Result<Self, CommandError> {
        Self::set_up(host).map_err(|error| CommandError::because(&error))
    }

    fn set_up(host: &Host) -> Result<Self, MachineryError> {
        let settings = &host.config.sandbox;
        let concurrency = Concurrency {
            total: settings.concurrent_calls,
            per_plugin: settings.concurrent_calls_per_plugin,
            per_workspace: settings.concurrent_calls_per_workspace,
        };
        let program = std::env::current_exe().map_err(MachineryError::Cache)?;
        let mut compiler = Compiler::new(program, vec!["compile".into()]);
        compiler.deadline = std::time::Duration::from_secs(settings.compile_seconds.into());
        let folder = host.config.storage.data.join("cache");
        std::fs::create_dir_all(&folder).map_err(MachineryError::Cache)?;
        let folder = Dir::open_ambient_dir(&folder, ambient_authority()).map_err(MachineryError::Cache)?;
        let engine = Engine::new(concurrency, compiler, Cache::new(folder, host.keys.cache_key()))?;
        Ok(Self { engine, egress: Egress::new(egress_config(host)?)?, ready: Mutex::default() })
    }

    /// Compile and link a package, as it would be at its first call.
    ///
    /// # Errors
    /// When it needs more than the grant, or cannot be compiled.
    pub async fn prepare(&self, package: &VerifiedPackage, granted: &Capabilities) -> Result<Connector, CommandError> {
        self.engine.prepare(package, granted).await.map_err(|error| CommandError::refused(in_words(&error)))
    }

    /// The active package of a plugin, ready to be called. It is verified again on the very bytes that are loaded; that
    /// the signature counted when it was installed is enough, what was revoked since is asked before each call.
    ///
    /// # Errors
    /// When none is active, its file is not what was installed, or it cannot be prepared.
    pub async fn runnable(&self, host: &Host, id: &PluginId) -> Result<Arc<Runnable>, CommandError> {
        let plugin = host.store.system_read("find the plugin", async |tx| plugins::get_active(tx, id).await).await?;
        let mut ready = self.ready.lock().await;
        if let Some(runnable) = ready.get(&plugin.digest).filter(|known| known.plugin.granted == plugin.granted) {
            return Ok(runnable.clone());
        }
        let policy = host.trust_policy().await?;
        let package = trust::verify(host.packages.read(plugin.digest)?, &policy, plugin.installed_at)?;
        if package.digest() != plugin.digest {
            return Err(CommandError::refused(format!("the stored package of {id} is not the one that was installed")));
        }
        let connector = self.prepare(&package, &plugin.granted).await?;
        let digest = plugin.digest;
        let runnable = Arc::new(Runnable { plugin, manifest: package.manifest().clone(), connector });
        ready.retain(|_, known| known.plugin.id != *id);
        ready.insert(digest, runnable.clone());
        Ok(runnable)
    }
}

impl Runnable {
    /// Whether it may still run: asked before every call.
    ///
    /// # Errors
    /// Says what was taken back.
    pub async fn permitted(&self, host: &Host, now: Instant) -> Result<(), CommandError> {
        let Plugin { id, sequence, digest, signer, .. } = &self.plugin;
        let key =
            signer.parse().map_err(|error| CommandError::failed(format!("the stored signer of {id}: {error}")))?;
        Ok(host.trust_policy().await?.permits(*digest, key, id, *sequence, now)?)
    }
}

fn egress_config(host: &Host) -> Result<EgressConfig, MachineryError> {
    let route = |route: &crate::config::Route| {
        let to = route.to.parse().map_err(|error| MachineryError::Setting {
            key: format!("egress.routes ({})", route.host),
            problem: format!("`{}` is not a URL: {error}", route.to),
        })?;
        Ok(Route { host: route.host.clone(), to })
    };
    let routes = host.config.egress.routes.iter().map(route).collect::<Result<_, MachineryError>>()?;
    Ok(EgressConfig { routes, ..EgressConfig::default() })
}
