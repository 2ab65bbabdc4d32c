//! What runs plugins: the engine and egress, and the connectors that are ready to be called.

mod ready;

use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use cap_std::ambient_authority;
use cap_std::fs::Dir;
use domain::{Capabilities, PluginId, WorkspaceId};
use egress::Egress;
use sandbox::package::Manifest;
use sandbox::trust::{self, VerifiedPackage};
use sandbox::{Cache, Compiler, Concurrency, Connector, Engine, GuestProcess, PrepareError};
use store::plugins::Plugin;

use self::ready::Ready;
use super::{Host, Places};
use crate::config::Guests;
use crate::error::{CommandError, in_words};

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
    Cache(#[source] io::Error),
}

/// The engine and egress of this process.
pub struct Machinery {
    engine: Engine,
    /// What opens connections.
    pub egress: Egress,
    ready: Ready<Runnable>,
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
        let program = this_program().map_err(MachineryError::Cache)?;
        let mut compiler = Compiler::new(program.clone(), vec!["compile".into()]);
        compiler.deadline = std::time::Duration::from_secs(settings.compile_seconds.into());
        let folder = host.config.storage.data.join("cache");
        std::fs::create_dir_all(&folder).map_err(MachineryError::Cache)?;
        let folder = Dir::open_ambient_dir(&folder, ambient_authority()).map_err(MachineryError::Cache)?;
        let cache = Cache::new(folder, host.keys.cache_key());
        let weights = host.store.weights().clone();
        let engine = match settings.guests {
            Guests::Inside => Engine::new(concurrency, weights, compiler, cache)?,
            Guests::Apart => {
                let args = vec!["guests".into(), concurrency.total.to_string().into()];
                Engine::apart(concurrency, weights, compiler, cache, GuestProcess { program, args })?
            }
        };
        let egress = Egress::new(host.config.egress.settings(host.store.weights()))?;
        Ok(Self { engine, egress, ready: Ready::default() })
    }

    /// How many calls of this plugin and of this workspace run at a time from now on.
    pub fn allow(&self, plugin: &PluginId, workspace: WorkspaceId, places: Places) {
        self.engine.allow((plugin, places.plugin), (workspace, places.workspace));
    }

    /// Compile and link a package, as it would be at its first call.
    ///
    /// # Errors
    /// When it needs more than the grant, or cannot be compiled.
    pub async fn prepare(&self, package: &VerifiedPackage, granted: &Capabilities) -> Result<Connector, CommandError> {
        self.engine.prepare(package, granted).await.map_err(|error| CommandError::refused(in_words(&error)))
    }

    /// An installed package, ready to be called. It is verified again on the very bytes that are loaded; that the
    /// signature counted when it was installed is enough, what was revoked since is asked before each call.
    ///
    /// # Errors
    /// When its file is not what was installed, or it cannot be prepared.
    pub async fn runnable(&self, host: &Host, plugin: Plugin) -> Result<Arc<Runnable>, CommandError> {
        let slot = self.ready.slot(&plugin);
        slot.get_or_try_init(|| self.make(host, plugin)).await.cloned()
    }

    async fn make(&self, host: &Host, plugin: Plugin) -> Result<Arc<Runnable>, CommandError> {
        let policy = host.trust_policy().await?;
        let package = trust::verify_installed(host.packages.read(plugin.digest).await?, &policy, plugin.installed_at)?;
        if package.digest() != plugin.digest {
            let id = &plugin.id;
            return Err(CommandError::refused(format!("the stored package of {id} is not the one that was installed")));
        }
        let connector = self.prepare(&package, &plugin.granted).await?;
        Ok(Arc::new(Runnable { plugin, manifest: package.manifest().clone(), connector }))
    }
}

impl Runnable {
    /// Whether it may still run: asked before every call.
    ///
    /// # Errors
    /// Says what was taken back.
    pub async fn permitted(&self, host: &Host) -> Result<(), CommandError> {
        permits(host, &self.plugin).await
    }
}

/// Whether an installed package may run now, by whom the operator trusts.
///
/// # Errors
/// Says what was taken back.
pub async fn permits(host: &Host, plugin: &Plugin) -> Result<(), CommandError> {
    super::trust::permitted(&host.trust_policy().await?, plugin)
}

/// The program that this process runs, for the compilation of components. On Linux it is the very file that was started,
/// though its name may by now be that of a newer version, whose artefacts this engine could not load.
fn this_program() -> io::Result<PathBuf> {
    let started = PathBuf::from("/proc/self/exe");
    if started.exists() { Ok(started) } else { std::env::current_exe() }
}

#[cfg(test)]
mod tests {
    use super::this_program;

    #[test]
    fn the_compiler_is_the_program_that_was_started() {
        let program = this_program().expect("a program");
        let listed = std::process::Command::new(program).args(["--list", "the_compiler_is"]).output().expect("it runs");
        assert!(String::from_utf8_lossy(&listed.stdout).contains("the_compiler_is_the_program_that_was_started"));
        #[cfg(target_os = "linux")]
        assert_eq!(this_program().expect("a program"), std::path::Path::new("/proc/self/exe"));
    }
}
