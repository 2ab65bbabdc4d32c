//! The operator's settings.

use std::collections::HashSet;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use domain::Instant;
use domain::capability::Scheme;
use turns::Weights;

use crate::resolve::{Resolve, SystemResolver};
use crate::roots::Roots;
use crate::url::Target;

/// How egress is set up. `Default` is right for production.
#[derive(Debug, Clone)]
pub struct EgressConfig {
    /// Hosts whose requests go to a loopback address instead.
    pub routes: Vec<Route>,
    /// How long each part of an exchange may take.
    pub timeouts: Timeouts,
    /// How large one answer may be.
    pub caps: Caps,
    /// Requests that are on their way at the same time; more wait, fairly between workspaces.
    pub parallel: u32,
    /// Those of one workspace.
    pub parallel_per_workspace: u32,
    /// By which those who wait have their turns.
    pub weights: Weights,
    /// Authorities whose certificates are trusted beside the system's.
    pub roots: Roots,
    /// What looks names up.
    pub resolver: Arc<dyn Resolve>,
    /// What tells the time, for pauses that sources ask for.
    pub clock: fn() -> Instant,
}

impl Default for EgressConfig {
    fn default() -> Self {
        Self {
            routes: Vec::new(),
            timeouts: Timeouts::default(),
            caps: Caps::default(),
            parallel: 256,
            parallel_per_workspace: 16,
            weights: Weights::default(),
            roots: Roots::default(),
            resolver: Arc::new(SystemResolver),
            clock: Instant::now,
        }
    }
}

/// Sends the requests for one host to a server on this machine: a simulator, or the operator's own proxy.
///
/// The grant is still checked against the host that the plugin asked for, and the server sees that host in the header
/// `host`. Credentials are sent along, which is why the target must be loopback. A request over plain `http` is denied
/// without a route: `name:80`, say. Other ports of a host with a route are dialled as ever.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route {
    /// `name`, as rules spell it, for `https` on port 443; `name:port` for that port, in whichever scheme was granted there.
    pub host: String,
    /// `http` or `https`, to `localhost`, 127.0.0.0/8 or `[::1]`; a path is put before that of each request.
    pub to: ::url::Url,
}

impl Route {
    /// Host and port, if a URL could name them.
    fn origin(&self) -> Option<(String, u16)> {
        let target = Target::parse(&format!("https://{}", self.host)).ok()?;
        let bare = !self.host.contains(['/', '?']);
        bare.then_some((target.host, target.port))
    }

    /// Whether requests for this target take it.
    pub(crate) fn leads(&self, target: &Target) -> bool {
        match self.host.split_once(':') {
            Some((name, port)) => name == target.host && port.parse() == Ok(target.port),
            None => self.host == target.host && (target.scheme, target.port) == (Scheme::Https, 443),
        }
    }
}

/// How long each part of an exchange may take. The call's own budget may end it sooner.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timeouts {
    /// Looking up, connecting and the TLS handshake.
    pub connect: Duration,
    /// From sending to the answer's headers.
    pub first_byte: Duration,
    /// Between two pieces of the body.
    pub idle: Duration,
    /// All of it.
    pub total: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        let [connect, first_byte, idle, total] = [5, 20, 10, 60].map(Duration::from_secs);
        Self { connect, first_byte, idle, total }
    }
}

/// How large one answer may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Caps {
    /// Bytes of the body, inflated.
    pub body_bytes: u32,
    /// Header lines.
    pub header_count: usize,
    /// Bytes of all headers.
    pub header_bytes: usize,
}

impl Default for Caps {
    fn default() -> Self {
        Self { body_bytes: 8 * 1024 * 1024, header_count: 100, header_bytes: 64 * 1024 }
    }
}

/// What is wrong with the settings.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    /// A route leads off this machine.
    #[error(
        "route of `{0}`: its target must be http or https on localhost, 127.0.0.0/8 or [::1], without user or query"
    )]
    RouteTarget(String),
    /// A route for what no request can ask for.
    #[error("route of `{0}`: write the host's name in lower case, or `name:port`")]
    RouteHost(String),
    /// Two routes for one host and port.
    #[error("route of `{0}` is given twice")]
    RouteTwice(String),
    /// A number that would let nothing pass.
    #[error("`{0}` must not be 0")]
    Zero(&'static str),
}

impl EgressConfig {
    /// Whether they can be used; asked again where egress is set up.
    ///
    /// # Errors
    /// The first setting that is wrong, by name.
    pub fn check(&self) -> Result<(), ConfigError> {
        let Self {
            routes,
            timeouts,
            caps,
            parallel,
            parallel_per_workspace,
            weights: _,
            roots: _,
            resolver: _,
            clock: _,
        } = self;
        let mut origins = HashSet::new();
        for route @ Route { host, to } in routes {
            if !is_local(to) {
                return Err(ConfigError::RouteTarget(host.clone()));
            }
            let origin = route.origin().ok_or_else(|| ConfigError::RouteHost(host.clone()))?;
            if !origins.insert(origin) {
                return Err(ConfigError::RouteTwice(host.clone()));
            }
        }
        let Timeouts { connect, first_byte, idle, total } = timeouts;
        let Caps { body_bytes, header_count, header_bytes } = caps;
        let zeros = [
            ("connect", connect.is_zero()),
            ("first_byte", first_byte.is_zero()),
            ("idle", idle.is_zero()),
            ("total", total.is_zero()),
            ("body_bytes", *body_bytes == 0),
            ("header_count", *header_count == 0),
            ("header_bytes", *header_bytes == 0),
            ("parallel", *parallel == 0),
            ("parallel_per_workspace", *parallel_per_workspace == 0),
        ];
        zeros.into_iter().find(|(_, zero)| *zero).map_or(Ok(()), |(name, _)| Err(ConfigError::Zero(name)))
    }
}

fn is_local(target: &::url::Url) -> bool {
    let loopback = match target.host() {
        Some(::url::Host::Domain(name)) => name == "localhost",
        Some(::url::Host::Ipv4(ip)) => IpAddr::V4(ip).is_loopback(),
        Some(::url::Host::Ipv6(ip)) => IpAddr::V6(ip).is_loopback(),
        None => false,
    };
    let bare = target.username().is_empty() && target.password().is_none();
    loopback
        && bare
        && matches!(target.scheme(), "http" | "https")
        && target.query().is_none()
        && target.fragment().is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn routed(to: &str) -> Result<(), ConfigError> {
        let route = Route { host: "a.test".to_owned(), to: to.parse().expect("a URL") };
        EgressConfig { routes: vec![route], ..EgressConfig::default() }.check()
    }

    #[test]
    fn a_route_leads_to_this_machine_only() {
        for to in ["http://127.0.0.1:8080", "https://localhost/base", "http://[::1]:1/", "http://127.1.2.3"] {
            assert_eq!(routed(to), Ok(()), "{to}");
        }
        for to in [
            "http://10.0.0.1",
            "http://evil.test",
            "ftp://127.0.0.1",
            "http://u@127.0.0.1",
            "http://localhost.evil.test",
            "http://[::ffff:127.0.0.1]",
            "http://0.0.0.0",
            "http://127.0.0.1/?q",
            "file:///etc/passwd",
        ] {
            assert_eq!(routed(to), Err(ConfigError::RouteTarget("a.test".to_owned())), "{to}");
        }
    }

    #[test]
    fn a_route_names_a_host_and_perhaps_a_port_once() {
        let routes = |hosts: &[&str]| {
            let to = "http://127.0.0.1:1".parse().expect("a URL");
            let route = |host: &&str| Route { host: (*host).to_owned(), to: ::url::Url::clone(&to) };
            EgressConfig { routes: hosts.iter().map(route).collect(), ..EgressConfig::default() }.check()
        };
        assert_eq!(routes(&["a.test", "a.test:80", "a.test:8443", "b.test"]), Ok(()));
        assert_eq!(routes(&["a.test", "a.test:443"]), Err(ConfigError::RouteTwice("a.test:443".to_owned())));
        for host in [
            "",
            "A.test",
            "a.test/",
            "a.test/x",
            "a.test?",
            "https://a.test",
            "a.test:",
            "a.test:0",
            "u@a.test",
            "1.2.3.4",
        ] {
            assert_eq!(routes(&[host]), Err(ConfigError::RouteHost(host.to_owned())));
        }
    }

    #[test]
    fn a_zero_is_refused_by_name() {
        let config = EgressConfig { parallel_per_workspace: 0, ..EgressConfig::default() };
        assert_eq!(config.check(), Err(ConfigError::Zero("parallel_per_workspace")));
    }

    #[test]
    fn a_route_leads_its_own_host_and_port_alone() {
        let leads = |host: &str, url: &str| {
            let route = Route { host: host.to_owned(), to: "http://127.0.0.1:1".parse().expect("a URL") };
            route.leads(&Target::parse(url).expect("a URL"))
        };
        for (host, url, expected) in [
            ("a.test", "https://a.test/x", true),
            ("a.test", "https://b.test/x", false),
            ("a.test", "https://a.test:8443/x", false),
            ("a.test", "http://a.test/x", false),
            ("a.test:8443", "https://a.test:8443/x", true),
            ("a.test:8443", "http://a.test:8443/x", true),
            ("a.test:8443", "https://a.test/x", false),
            ("a.test:8443", "https://b.test:8443/x", false),
        ] {
            assert_eq!(leads(host, url), expected, "{host} {url}");
        }
    }
}
