//! What a guest goes through: the host's own steps, in the host's own order, with what is asserted of each.

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::future::Future;
use std::path::Path;
use std::pin::Pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail, ensure};
use cap_std::ambient_authority;
use cap_std::fs::Dir;
use domain::exchange::{ExchangeError, Request, Response};
use domain::{Budget, WorkspaceId};
use sandbox::package::{Manifest, PackageError, UnverifiedPackage, assemble};
use sandbox::trust::{PublisherKey, SigningKey, TrustPolicy, VerifiedPackage, sign, verify};
use sandbox::{
    Cache, Call, CallError, CompileError, Compiler, Concurrency, Connector, Engine, GuestFault, Http, Outcome,
    PrepareError, PullArgs, TICK, Weights,
};
use tempfile::TempDir;

use super::smith::{Family, Guest};
use crate::upstream::Random;

/// How far a guest came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// Its shape, its manifest or its imports were refused.
    Screened,
    /// Its signature was.
    Trusted,
    /// It could not be compiled, or does not fit a place in the pool.
    Prepared,
    /// It was called, and ended before its own code was seen to run.
    Called,
    /// Its code ran, and faulted.
    Ran,
    /// It gave an answer, which was refused.
    Answered,
    /// It gave an answer that was accepted, or said itself why it could not.
    Accepted,
}

impl Stage {
    /// All of them, in order.
    pub const ALL: [Self; 7] =
        [Self::Screened, Self::Trusted, Self::Prepared, Self::Called, Self::Ran, Self::Answered, Self::Accepted];

    /// What it means to have come here.
    #[must_use]
    pub const fn reached(self) -> &'static str {
        match self {
            Self::Screened => "were screened",
            Self::Trusted => "passed the screen",
            Self::Prepared => "passed the signature, and went to the compiler",
            Self::Called => "were compiled, loaded and called",
            Self::Ran => "ran code of their own",
            Self::Answered => "gave an answer",
            Self::Accepted => "gave an answer that was accepted",
        }
    }
}

/// How a guest ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ending {
    /// How far it came.
    pub stage: Stage,
    /// The name of what ended it.
    pub name: String,
}

impl Ending {
    fn refused(stage: Stage, error: &impl Debug) -> Self {
        Self { stage, name: variant(error) }
    }
}

/// The name of a value's variant, and of those within it, without what they hold.
fn variant(error: &impl Debug) -> String {
    let shown = format!("{error:?}");
    let end = shown.find(|letter: char| !letter.is_ascii_alphanumeric() && letter != '(');
    shown[..end.unwrap_or(shown.len())].replace('(', " ").trim().to_owned()
}

/// What guests may cost.
const MANIFEST: &str = r#"
id = "tests/random"
version = "1.0.0"
sequence = 1
title = "A random guest"
license = "Apache-2.0"
kinds = ["person", "team", "membership", "repository", "commit", "review", "comment"]

[capabilities]
files = true
state = true

[[capabilities.http]]
host = "api.example"

[budget]
cpu_ms = 20
wall_ms = 2000
memory_bytes = 8388608
"#;
/// How much longer than its budget a call may take on a machine that is busy with others.
const SLACK: Duration = Duration::from_secs(20);
/// Ticks that a call may use beyond its budget: the one that it is stopped at, and what the host does for it at its end.
const TICKS_OVER: u64 = 10;

/// A host that guests are sent through. One for each lane.
pub struct Gauntlet {
    engine: Engine,
    manifest: Manifest,
    key: SigningKey,
    policy: TrustPolicy,
    honest: VerifiedPackage,
    files: Arc<Dir>,
    _folder: TempDir,
}

impl Gauntlet {
    /// A host whose compiler is this program with these arguments, and the guest that it must always be able to serve.
    ///
    /// # Errors
    /// When the machine cannot give what the engine needs.
    pub fn new(compiler: &Path, arguments: &[String], honest: &Guest) -> Result<Self> {
        let folder = TempDir::new()?;
        for name in ["cache", "files/below"] {
            std::fs::create_dir_all(folder.path().join(name))?;
        }
        std::fs::write(folder.path().join("files/0"), [b'0'; 10_000])?;
        let open = |name: &str| Dir::open_ambient_dir(folder.path().join(name), ambient_authority());
        let key = SigningKey::generate()?;
        let publisher = PublisherKey {
            name: "tests".to_owned(),
            public_key: key.public(),
            plugins: vec!["tests/*".parse()?],
            not_before: None,
            not_after: None,
        };
        let policy = TrustPolicy { keys: vec![publisher], ..TrustPolicy::default() };
        let compiler = Compiler::new(compiler.to_owned(), arguments.iter().map(Into::into).collect());
        let concurrency = Concurrency { total: 4, per_plugin: 4, per_workspace: 4 };
        let manifest = Manifest::from_toml(MANIFEST)?;
        let honest = package(&honest.component, &manifest, &key)?;
        Ok(Self {
            engine: Engine::new(concurrency, Weights::default(), compiler, Cache::new(open("cache")?, [7; 32]))?,
            honest: verify(honest, &policy, now())?,
            files: Arc::new(open("files")?),
            manifest,
            key,
            policy,
            _folder: folder,
        })
    }

    /// Send a guest through: how it ended.
    ///
    /// # Errors
    /// When something came of it that must not.
    pub async fn run(&self, guest: &Guest) -> Result<Ending> {
        let mut chance = Random::new(guest.seed);
        let signed = match self.package(guest, &mut chance) {
            Ok(signed) => signed,
            Err(ending) => return Ok(ending),
        };
        let verified = match verify(signed, &self.policy, now()) {
            Ok(verified) => verified,
            Err(error) => return Ok(Ending::refused(Stage::Trusted, &error)),
        };
        ensure!(guest.family != Family::Tampered, "it was changed after it was signed, and verified");
        let begun = Instant::now();
        let connector = match self.engine.prepare(&verified, &self.manifest.capabilities).await {
            Ok(connector) => connector,
            Err(PrepareError::Load(reason)) => bail!("what was compiled cannot be loaded: {reason}"),
            Err(PrepareError::Stopping) => bail!("the compiler's turn was lost"),
            Err(PrepareError::Compile(CompileError::Process(error))) => return Err(error).context("the compiler"),
            Err(PrepareError::Compile(CompileError::Limits(status))) => bail!("the compiler was stopped: {status}"),
            Err(error) => return Ok(Ending::refused(Stage::Prepared, &error)),
        };
        ensure!(begun.elapsed() < Duration::from_secs(60), "preparing took {:?}", begun.elapsed());
        let streams = self.judge(|call| connector.streams(call, "{}"), &mut chance).await.context("in `streams`")?;
        let pull = self.judge(|call| connector.pull(call, arguments()), &mut chance).await.context("in `pull`")?;
        Ok(if streams.stage > pull.stage { streams } else { pull })
    }

    /// Whether the host still serves a guest that does nothing wrong.
    ///
    /// # Errors
    /// When it does not.
    pub async fn serve_honest(&self) -> Result<()> {
        let connector: Connector = self.engine.prepare(&self.honest, &self.manifest.capabilities).await?;
        let call = self.call(&mut Random::new(0));
        // What it costs is not the question here: the machine may be busy.
        let call = Call { budget: Budget::default(), ..call };
        let page = connector.pull(call, arguments()).await.result?;
        ensure!(page.records.is_empty(), "an empty page has {} records", page.records.len());
        Ok(())
    }

    /// The guest as a package, signed and screened as it would be at install; or why it is none.
    fn package(&self, guest: &Guest, chance: &mut Random) -> Result<UnverifiedPackage, Ending> {
        let refused = |error| match error {
            PackageError::Invalid(reason) => {
                Ending { stage: Stage::Screened, name: format!("Invalid: {}", worded(&reason.to_string())) }
            }
            other => Ending::refused(Stage::Screened, &other),
        };
        let bytes = assemble(&guest.component, &self.manifest).map_err(refused)?;
        let screened = UnverifiedPackage::from_bytes(bytes.clone(), None).map_err(refused)?;
        let unsigned = |error| Ending::refused(Stage::Screened, &error);
        let envelope = sign(&screened, &[&self.key], now().after(Duration::from_secs(60))).map_err(unsigned)?.to_json();
        let bytes = if guest.family == Family::Tampered { change(bytes, chance) } else { bytes };
        UnverifiedPackage::from_bytes(bytes, Some(envelope.into_bytes())).map_err(refused)
    }

    fn call(&self, chance: &mut Random) -> Call {
        let state = (0..chance.below(4)).map(|index| (index.to_string(), "a value".to_owned()));
        Call {
            workspace: WorkspaceId::from_bytes([1; 16]),
            budget: self.manifest.budget,
            now: now(),
            http: Some(Arc::new(Upstream(chance.next()))),
            files: Some(Arc::clone(&self.files)),
            state: state.collect::<BTreeMap<_, _>>(),
        }
    }

    async fn judge<T, F: Future<Output = Outcome<T>>>(
        &self,
        call: impl FnOnce(Call) -> F,
        chance: &mut Random,
    ) -> Result<Ending> {
        let budget = self.manifest.budget;
        let begun = Instant::now();
        let Outcome { result, usage, met: _, log, state: _, frames, elapsed } = call(self.call(chance)).await;
        let took = begun.elapsed() - elapsed.waiting;
        ensure!(took < budget.wall() + SLACK, "it took {took:?}");
        let ticks = u64::from(budget.cpu_ms) / TICK.as_millis() as u64 + TICKS_OVER;
        ensure!(usage.cpu_ticks <= ticks, "it used {} ticks, and {ticks} are allowed", usage.cpu_ticks);
        let memory = usage.peak_memory_bytes;
        ensure!(memory <= u64::from(budget.memory_bytes), "it had {memory} bytes of memory");
        ensure!(frames.iter().map(String::len).sum::<usize>() <= 32 * 256, "it stood in {} frames", frames.len());
        let lines: usize = log.iter().map(|line| line.message.len()).sum();
        ensure!(lines <= budget.log_bytes as usize + 256, "its log has {lines} bytes");
        match result {
            Ok(_) if usage.records > 0 => Ok(Ending { stage: Stage::Accepted, name: "a page with records".to_owned() }),
            Ok(_) => Ok(Ending { stage: Stage::Accepted, name: "an empty page".to_owned() }),
            Err(CallError::Failure(failure)) => {
                Ok(Ending { stage: Stage::Accepted, name: format!("failure {:?}", failure.kind) })
            }
            Err(CallError::Host(error)) => Err(error).context("an error of the host's own"),
            Err(CallError::Fault(fault)) => Ok(ending(&fault)),
        }
    }
}

fn ending(fault: &GuestFault) -> Ending {
    let stage = match fault {
        GuestFault::Output(_) => Stage::Answered,
        GuestFault::Trap { frames, .. } if frames.is_empty() => Stage::Called,
        _ => Stage::Ran,
    };
    let name = match fault {
        GuestFault::Trap { reason, .. } => format!("Trap: {}", worded(reason)),
        other => variant(other),
    };
    Ending { stage, name }
}

/// A reason without the numbers in it, so that equal ones are counted together.
fn worded(reason: &str) -> String {
    reason
        .split_whitespace()
        .filter(|word| !word.contains(|letter: char| letter.is_ascii_digit()))
        .collect::<Vec<_>>()
        .join(" ")
}

/// Change one bit, behind the header. More would hardly ever pass the screen, and so not come to the signature.
fn change(mut bytes: Vec<u8>, chance: &mut Random) -> Vec<u8> {
    let at = 8 + chance.below(bytes.len() - 8);
    bytes[at] ^= 1 << chance.below(8);
    bytes
}

/// So many random bytes.
fn bytes(chance: &mut Random, count: usize) -> Vec<u8> {
    std::iter::repeat_with(|| chance.next().to_le_bytes()).flatten().take(count).collect()
}

fn package(component: &[u8], manifest: &Manifest, key: &SigningKey) -> Result<UnverifiedPackage> {
    let bytes = assemble(component, manifest)?;
    let screened = UnverifiedPackage::from_bytes(bytes.clone(), None)?;
    let envelope = sign(&screened, &[key], now().after(Duration::from_secs(60)))?.to_json();
    Ok(UnverifiedPackage::from_bytes(bytes, Some(envelope.into_bytes()))?)
}

fn arguments() -> PullArgs {
    PullArgs { settings: "{}".to_owned(), stream: "all".to_owned(), cursor: Some("a cursor".to_owned()) }
}

fn now() -> domain::Instant {
    domain::Instant::now()
}

/// Answers each request by chance: with a short answer, or one of the refusals that a guest must take.
struct Upstream(u64);

impl Http for Upstream {
    fn send(&self, request: Request) -> Pin<Box<dyn Future<Output = Result<Response, ExchangeError>> + Send + '_>> {
        let mut chance = Random::new(self.0 ^ request.url.len() as u64);
        Box::pin(async move {
            tokio::task::yield_now().await;
            match chance.below(8) {
                0 => Err(ExchangeError::Timeout),
                1 => Err(ExchangeError::Denied("not granted".to_owned())),
                2 => Err(ExchangeError::TooLarge(1)),
                _ => {
                    let length = chance.below(5000);
                    let headers = vec![("etag".to_owned(), "\"1\"".to_owned())];
                    Ok(Response { status: 200, headers, body: bytes(&mut chance, length) })
                }
            }
        })
    }
}
