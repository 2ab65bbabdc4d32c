//! Names into addresses that may be dialled.
//!
//! The rule: one lookup for one connection, and the addresses that were checked are the addresses that are dialled. So
//! the check sits inside the resolver that the HTTP client calls when it opens a connection; between the check and the
//! dial there is no second lookup for an attacker's name server to answer differently (DNS rebinding).

use std::fmt;
use std::io;
use std::net::{IpAddr, SocketAddr, ToSocketAddrs as _};
use std::sync::Arc;

use domain::exchange::ExchangeError;
use futures_util::future::BoxFuture;
use ipnet::IpNet;
use tokio::sync::Semaphore;

use crate::address;

/// How many of a name's addresses are looked at.
const MAX_ADDRESSES: usize = 16;

/// Looks names up. The answers are not trusted.
pub trait Resolve: Send + Sync + fmt::Debug {
    /// All addresses of a host name.
    ///
    /// # Errors
    ///
    /// If the name does not exist or the lookup fails.
    fn resolve(&self, host: &str) -> BoxFuture<'static, io::Result<Vec<IpAddr>>>;
}

/// Look-ups that the operating system works on at a time. Each holds a thread, out of those that the whole process shares,
/// until it ends by itself: no timeout of ours can end it.
const MAX_LOOK_UPS: usize = 32;

/// The resolver of the operating system, which works on so many look-ups at a time; more wait, within their own timeouts.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemResolver;

impl Resolve for SystemResolver {
    fn resolve(&self, host: &str) -> BoxFuture<'static, io::Result<Vec<IpAddr>>> {
        static LOOK_UPS: Semaphore = Semaphore::const_new(MAX_LOOK_UPS);
        let host = host.to_owned();
        let look_up = move || Ok((host.as_str(), 0).to_socket_addrs()?.map(|found| found.ip()).collect());
        Box::pin(blocking(&LOOK_UPS, look_up))
    }
}

/// Runs what blocks on a thread of its own, which gives its permit back when it ends, not when nobody waits any more.
async fn blocking<T: Send + 'static>(
    permits: &'static Semaphore,
    work: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> io::Result<T> {
    let permit = permits.acquire().await.map_err(io::Error::other)?;
    let task = tokio::task::spawn_blocking(move || {
        let _permit = permit;
        work()
    });
    task.await.map_err(io::Error::other)?
}

/// Which addresses a connection may go to.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Reach {
    /// Every public address, and these private networks.
    Public(Vec<IpNet>),
    /// Loopback alone: where the operator's routes lead.
    Loopback,
}

impl Reach {
    /// Why an address is out of reach.
    pub(crate) fn refusal(&self, ip: IpAddr) -> Option<&'static str> {
        match self {
            Self::Public(private) => address::refusal(ip, private),
            Self::Loopback => (!ip.is_loopback()).then_some("not loopback"),
        }
    }

    /// The address at the other end of a connection, checked once more: the second wall behind the resolver.
    pub(crate) fn admit_peer(&self, peer: Option<SocketAddr>) -> Result<(), ExchangeError> {
        match peer.map(|peer| self.refusal(peer.ip())) {
            Some(None) => Ok(()),
            Some(Some(reason)) => Err(ExchangeError::Name(format!("the peer's address is never dialled ({reason})"))),
            None => Err(ExchangeError::Connection("the peer's address is unknown".to_owned())),
        }
    }
}

/// Why a name has no address that may be dialled.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum ResolveError {
    #[error("`{0}` does not resolve")]
    Unknown(String),
    #[error(
        "`{host}` resolves to an address that is never dialled ({reason}): the operator can open a private network"
    )]
    Refused { host: String, reason: &'static str },
}

/// The resolver that the HTTP client is given: it hands out what was checked, and nothing else.
#[derive(Debug)]
pub(crate) struct Vetted {
    pub(crate) inner: Arc<dyn Resolve>,
    pub(crate) reach: Reach,
}

impl reqwest::dns::Resolve for Vetted {
    fn resolve(&self, name: reqwest::dns::Name) -> reqwest::dns::Resolving {
        let host = name.as_str().to_owned();
        let lookup = self.inner.resolve(&host);
        let reach = self.reach.clone();
        Box::pin(async move {
            let found = lookup.await.map_err(|_| ResolveError::Unknown(host.clone()))?;
            let vetted = vet(host, &found, &reach)?;
            let addresses: reqwest::dns::Addrs = Box::new(vetted.into_iter().map(|ip| SocketAddr::new(ip, 0)));
            Ok(addresses)
        })
    }
}

/// The addresses within reach, in the order of the answer.
fn vet(host: String, found: &[IpAddr], reach: &Reach) -> Result<Vec<IpAddr>, ResolveError> {
    let mut refused = None;
    let mut vetted = Vec::new();
    for &ip in found.iter().take(MAX_ADDRESSES) {
        match reach.refusal(ip) {
            Some(reason) => refused = Some(reason),
            None => vetted.push(ip),
        }
    }
    match refused {
        _ if !vetted.is_empty() => Ok(vetted),
        Some(reason) => Err(ResolveError::Refused { host, reason }),
        None => Err(ResolveError::Unknown(host)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_addresses_within_reach_are_handed_out() {
        let found: Vec<IpAddr> =
            ["10.0.0.1", "1.1.1.1", "169.254.169.254", "::1"].iter().map(|ip| ip.parse().expect("an ip")).collect();
        let public = Reach::Public(Vec::new());
        assert_eq!(vet("a.test".to_owned(), &found, &public), Ok(vec![found[1]]));
        assert_eq!(vet("a.test".to_owned(), &found, &Reach::Loopback), Ok(vec![found[3]]));
        let refused = ResolveError::Refused { host: "a.test".to_owned(), reason: "private" };
        assert_eq!(vet("a.test".to_owned(), &found[..1], &public), Err(refused));
        assert_eq!(vet("a.test".to_owned(), &[], &public), Err(ResolveError::Unknown("a.test".to_owned())));
    }

    #[test]
    fn a_peer_out_of_reach_or_unknown_is_hung_up_on() {
        let admit = |reach: Reach, peer: &str| reach.admit_peer(Some(peer.parse().expect("an address")));
        let public = Reach::Public(vec!["10.1.0.0/16".parse().expect("a net")]);
        for peer in ["1.1.1.1:443", "10.1.255.255:443"] {
            assert_eq!(admit(public.clone(), peer), Ok(()), "{peer}");
        }
        for peer in ["10.2.0.0:443", "169.254.169.254:80", "127.0.0.1:443", "[::1]:443"] {
            assert!(matches!(admit(public.clone(), peer), Err(ExchangeError::Name(_))), "{peer}");
        }
        assert_eq!(admit(Reach::Loopback, "127.0.0.1:1"), Ok(()));
        assert!(matches!(admit(Reach::Loopback, "1.1.1.1:443"), Err(ExchangeError::Name(_))));
        assert!(
            matches!(Reach::Loopback.admit_peer(None), Err(ExchangeError::Connection(_))),
            "nobody knows who it is"
        );
    }

    #[tokio::test]
    async fn an_abandoned_look_up_still_counts_until_it_ends() {
        static PERMITS: Semaphore = Semaphore::const_new(2);
        let (end, ended) = std::sync::mpsc::channel::<()>();
        let slow = blocking(&PERMITS, move || ended.recv().map_err(io::Error::other));
        let abandoned = tokio::time::timeout(std::time::Duration::from_millis(20), slow).await;
        assert!(abandoned.is_err() && PERMITS.available_permits() == 1, "its thread is still taken");
        assert_eq!(blocking(&PERMITS, || Ok(7)).await.expect("the other permit"), 7);
        end.send(()).expect("the look-up waits for it");
        drop(PERMITS.acquire_many(2).await.expect("both permits"));
    }

    #[tokio::test]
    async fn the_system_resolves_this_machines_own_name() {
        let found = SystemResolver.resolve("localhost").await.expect("addresses");
        assert!(!found.is_empty() && found.iter().all(IpAddr::is_loopback), "{found:?}");
    }
}
