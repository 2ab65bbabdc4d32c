//! One session: the requests of one call, each through every step, in the order that the crate's documentation gives.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use bytes::Bytes;
use domain::Budget;
use domain::exchange::{ExchangeError, Request, Response};
use domain::run::Usage;
use http::header::{ACCEPT_ENCODING, HOST, RANGE};
use http::{HeaderMap, HeaderValue, Method, StatusCode};
use reqwest::Client;
use tokio::time::{timeout, timeout_at};
use tracing::Instrument as _;
use turns::{Places, Turns};

use crate::config::{ConfigError, EgressConfig, Route};
use crate::credential::{Attached, Selected};
use crate::gate::{Gates, Waiters};
use crate::inflate::{self, Sink};
use crate::log::{EgressEntry, Log, OpenEntry};
use crate::meter::Meter;
use crate::permit::{Permit, Secret};
use crate::pool::{Lane, Pools, WorkspacePool};
use crate::resolve::Reach;
use crate::scrub::{self, Scrubber};
use crate::token::TokenError;
use crate::url::Target;
use crate::{body, credential, fault, headers, rate, rule, template};

use domain::capability::Scheme;

/// The largest body of a request, as the interface `http` says.
const MAX_REQUEST_BODY: usize = 1024 * 1024;

/// The way out, one for the process: connections and gates are shared between its sessions.
#[derive(Debug, Clone)]
pub struct Egress {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    config: EgressConfig,
    turns: Turns<()>,
    pools: Pools,
    gates: Gates,
}

impl Egress {
    /// A way out with these settings.
    ///
    /// # Errors
    ///
    /// If a route leads off this machine or a number is 0.
    pub fn new(config: EgressConfig) -> Result<Self, ConfigError> {
        config.check()?;
        let (total, per_workspace) = (config.parallel, config.parallel_per_workspace);
        let turns =
            Turns::new(Places { total, per_class: total, per_workspace, kept_one_in: 4 }, config.weights.clone());
        Ok(Self { shared: Arc::new(Shared { config, turns, pools: Pools::default(), gates: Gates::default() }) })
    }

    /// A session for one call. Its time starts now.
    #[must_use]
    pub fn session(&self, permit: Arc<Permit>, budget: Budget) -> Session {
        let pool = self.shared.pools.of(permit.workspace);
        let (meter, log) = (Meter::new(budget), Log::default());
        let scrubber = credential::scrubber(&permit);
        Session { shared: Arc::clone(&self.shared), pool, permit, scrubber, meter, log, pause: AtomicU32::new(0) }
    }
}

/// The requests of one call. `send` may be called concurrently.
#[derive(Debug)]
pub struct Session {
    shared: Arc<Shared>,
    pool: Arc<WorkspacePool>,
    permit: Arc<Permit>,
    /// Blanks every fixed secret of the permit in every answer.
    scrubber: Option<Scrubber>,
    meter: Meter,
    log: Log,
    /// The longest pause that a source asked for, in seconds; 0 for none.
    pause: AtomicU32,
}

/// A request that passed every check. Only [`Session::admit`] makes one.
struct Admitted<'p> {
    target: Target,
    method: Method,
    headers: HeaderMap,
    body: Option<Vec<u8>>,
    credential: Option<Selected<'p>>,
    waiters: Waiters,
}

impl Admitted<'_> {
    /// The bytes that the plugin sends: address, headers and body.
    fn size(&self) -> usize {
        self.target.as_str().len() + headers::size(&self.headers) + self.body.as_ref().map_or(0, Vec::len)
    }
}

impl Session {
    /// Sends one request and reads its answer.
    ///
    /// # Errors
    ///
    /// [`ExchangeError`]: denied, over budget, rate-limited, or whatever happened on the way.
    pub async fn send(&self, request: Request) -> Result<Response, ExchangeError> {
        let span = tracing::info_span!(
            "egress.request.send",
            workspace.id = %self.permit.workspace,
            host = tracing::field::Empty,
            method = tracing::field::Empty,
            credential.id = tracing::field::Empty,
            status = tracing::field::Empty,
            duration_ms = tracing::field::Empty,
        );
        let mut open = self.log.open(&request.method, &request.url);
        let outcome = Box::pin(self.exchange(request, &mut open).instrument(span.clone())).await;
        let millis = open.end(outcome.as_ref().err());
        let EgressEntry { host, method, status, .. } = &open.entry;
        span.record("host", host).record("method", method).record("status", *status).record("duration_ms", millis);
        outcome
    }

    /// What the session used so far: requests, bytes in and bytes out.
    #[must_use]
    pub fn usage(&self) -> Usage {
        self.meter.usage()
    }

    /// The longest pause in seconds that a source asked for, by this host's clock: a plugin has none, and not every source
    /// sends a date to tell the time by.
    #[must_use]
    pub fn pause(&self) -> Option<u32> {
        Some(self.pause.load(Ordering::Relaxed)).filter(|seconds| *seconds > 0)
    }

    /// What the session did so far, the first 1024 requests, in the order in which they ended.
    #[must_use]
    pub fn log(&self) -> Vec<EgressEntry> {
        self.log.entries()
    }

    async fn exchange(&self, request: Request, open: &mut OpenEntry<'_>) -> Result<Response, ExchangeError> {
        let admitted = self.admit(request, open)?;
        let now = (self.shared.config.clock)();
        if let Some(seconds) = self.shared.gates.seconds_left(&admitted.waiters, now) {
            return Err(ExchangeError::RateLimited(seconds));
        }
        let (lane, wire) = self.prepare(&admitted)?;
        let bytes_out = admitted.size();
        self.meter.take_request(bytes_out)?;
        open.entry.bytes_out = bytes_out as u64;
        let (deadline, late) = self.meter.deadline(self.shared.config.timeouts.total);
        timeout_at(deadline, self.dial(admitted, &lane, wire, open)).await.map_err(|_| late)?
    }

    /// The checks that need no network, in their order.
    fn admit(&self, request: Request, open: &mut OpenEntry<'_>) -> Result<Admitted<'_>, ExchangeError> {
        let Request { method, url, headers, body, auth } = request;
        let target = Target::parse(&url).map_err(denied)?;
        open.goes_to(&target.host, &target.path, template::of(&self.permit.rules, &target.host, &target.path));
        let method = rule::admit(&self.permit.rules, &method, &target).map_err(denied)?;
        let headers = headers::admit(&headers, &credential::header_names(&self.permit)).map_err(denied)?;
        if body.as_ref().is_some_and(|body| body.len() > MAX_REQUEST_BODY) {
            return Err(denied("the request's body is larger than 1 MiB"));
        }
        let credential = credential::select(&self.permit, auth.as_deref(), &target.host).map_err(denied)?;
        let host = target.host.clone();
        let waiters = match &credential {
            Some(credential) => Waiters::Credential { secret: credential.fingerprint(), host },
            None => Waiters::Workspace { id: self.permit.workspace, host },
        };
        Ok(Admitted { target, method, headers, body, credential, waiters })
    }

    /// Where the request really goes: to its host, or along an operator's route.
    fn prepare(&self, admitted: &Admitted<'_>) -> Result<(Lane, ::url::Url), ExchangeError> {
        let target = &admitted.target;
        let (lane, text) = match self.shared.config.routes.iter().find(|route| route.leads(target)) {
            Some(Route { host: _, to }) => {
                let base = to.as_str().trim_end_matches('/');
                let lane = Lane { reach: Reach::Loopback, plain: to.scheme() == "http" };
                (lane, format!("{base}{}", target.path_and_query()))
            }
            None if target.scheme == Scheme::Http => {
                return Err(denied(
                    "plain http never leaves this machine: use https, or have the operator set a route",
                ));
            }
            None => {
                let reach = Reach::Public(self.permit.private_networks.clone());
                (Lane { reach, plain: false }, target.as_str().to_owned())
            }
        };
        ::url::Url::parse(&text).map(|url| (lane, url)).map_err(denied)
    }

    async fn dial(
        &self,
        admitted: Admitted<'_>,
        lane: &Lane,
        url: ::url::Url,
        open: &mut OpenEntry<'_>,
    ) -> Result<Response, ExchangeError> {
        let Shared { config, turns, gates, pools: _ } = &*self.shared;
        let bytes_out = admitted.size();
        let Admitted { target, method, mut headers, body, credential, waiters } = admitted;
        let _turn = turns.take(self.permit.workspace, ()).await;
        let client = self.pool.client(lane, config)?;
        if lane.reach == Reach::Loopback {
            headers.insert(HOST, HeaderValue::from_str(&target.authority()).map_err(denied)?);
        }
        // A part of a compressed answer would not inflate.
        if !headers.contains_key(RANGE) {
            headers.insert(ACCEPT_ENCODING, HeaderValue::from_static(inflate::ACCEPTED));
        }
        let wire =
            Wire { client, method, url, headers, body: body.map(Bytes::from), patience: config.timeouts.first_byte };
        let mut answer = self.ask(&wire, credential.as_ref(), bytes_out, open).await?;
        open.entry.status = Some(answer.status().as_u16());
        lane.reach.admit_peer(answer.remote_addr())?;
        if answer.status() == StatusCode::SWITCHING_PROTOCOLS {
            return Err(ExchangeError::Malformed("it changes to a protocol that nobody asked for".to_owned()));
        }
        let now = (config.clock)();
        if let Some(pause) = rate::pause(answer.status(), answer.headers(), now) {
            self.pause.fetch_max(pause, Ordering::Relaxed);
            gates.close(waiters, Duration::from_secs(pause.into()), now);
        }
        let mut headers = headers::reveal(answer.headers(), &config.caps)?;
        let sink = Sink::new(config.caps.body_bytes, &self.meter, &mut open.entry.bytes_in);
        let mut body = body::read(&mut answer, config.timeouts.idle, sink).await?;
        if self.blank(&mut headers, &mut body).await {
            tracing::warn!(host = target.host, "the source echoed a credential; it was blanked");
        }
        Ok(Response { status: answer.status().as_u16(), headers, body })
    }

    /// Sends it with its credential; where an access token is refused, once more with another one.
    async fn ask(
        &self,
        wire: &Wire,
        credential: Option<&Selected<'_>>,
        bytes_out: usize,
        open: &mut OpenEntry<'_>,
    ) -> Result<reqwest::Response, ExchangeError> {
        let (tokens, credential) = match credential {
            None => return wire.send(None).await,
            Some(Selected::Ready(attached, _)) => return wire.send(Some(attached)).await,
            Some(Selected::Tokens(tokens, credential)) => (tokens, credential),
        };
        let attach = |token| credential::attach_token(credential, token).map_err(denied);
        let token = tokens.current().await?;
        let answer = wire.send(Some(&attach(&token)?)).await?;
        if answer.status() != StatusCode::UNAUTHORIZED {
            return Ok(answer);
        }
        match tokens.renewed(&token.access).await {
            Ok(Some(another)) => {
                self.meter.take_request(bytes_out)?;
                open.entry.bytes_out += bytes_out as u64;
                wire.send(Some(&attach(&another)?)).await
            }
            // The plugin may hear what the source says to it.
            Ok(None) | Err(TokenError::Lost) => Ok(answer),
            Err(error @ TokenError::Unavailable) => Err(error.into()),
        }
    }

    /// Blanks every secret of the permit, whatever it was at whatever time of the run; whether there was one.
    async fn blank(&self, headers: &mut Vec<(String, String)>, body: &mut [u8]) -> bool {
        let mut tokens = Vec::new();
        for credential in &self.permit.credentials {
            if let Some(Secret::Tokens(of_slot)) = &credential.secret {
                tokens.extend(of_slot.scrubbers().await);
            }
        }
        scrub::blank(self.scrubber.iter().chain(tokens.iter().map(|scrubber| &**scrubber)), headers, body)
    }
}

/// A request as it goes on the wire, but for its credential.
struct Wire {
    client: Client,
    method: Method,
    url: ::url::Url,
    headers: HeaderMap,
    body: Option<Bytes>,
    /// How long it may take to the answer's headers.
    patience: Duration,
}

impl Wire {
    async fn send(&self, credential: Option<&Attached<'_>>) -> Result<reqwest::Response, ExchangeError> {
        let mut headers = self.headers.clone();
        if let Some(credential) = credential {
            tracing::Span::current().record("credential.id", credential.id);
            credential.write_into(&mut headers);
        }
        let mut request = self.client.request(self.method.clone(), self.url.clone()).headers(headers);
        if let Some(body) = &self.body {
            request = request.body(body.clone());
        }
        let answer = timeout(self.patience, request.send()).await.map_err(|_| ExchangeError::Timeout)?;
        answer.map_err(|error| fault::translate(&error))
    }
}

#[expect(clippy::needless_pass_by_value, reason = "written to stand in `map_err`")]
fn denied(reason: impl ToString) -> ExchangeError {
    ExchangeError::Denied(reason.to_string())
}
