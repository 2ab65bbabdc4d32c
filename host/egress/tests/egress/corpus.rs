//! What is thrown at the whole gate: spellings of URLs and hosts, and addresses that names lead to. No expectation is
//! taken from the code under test.

pub(crate) mod addresses;
pub(crate) mod blocks;
pub(crate) mod hosts;
pub(crate) mod spellings;

use std::collections::BTreeSet;

use ipnet::IpNet;
use weighbridge_egress::Permit;

use super::world::{HOST, permit, rule};

/// All URLs, none of which may be asked for, whatever is granted. Hosts stand in them bare, and with this port.
pub(crate) fn urls(port: u16) -> BTreeSet<String> {
    let hosts = hosts::hosts();
    let in_urls = hosts.iter().flat_map(|host| [format!("https://{host}/x"), format!("https://{host}:{port}/x")]);
    let plain = hosts.iter().map(|host| format!("http://{host}/x"));
    spellings::SPELLINGS.iter().map(|&url| url.to_owned()).chain(in_urls).chain(plain).collect()
}

/// A permit after a careless reading of this URL: whatever host stands in it is granted on these ports, in every network.
pub(crate) fn careless(url: &str, ports: &[u16]) -> Permit {
    let rest = url.split_once("//").map_or(url, |(_, rest)| rest);
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let bare = host.rsplit_once(':').map_or(host, |(bare, _)| bare);
    let mut permit = permit();
    permit.rules.extend(ports.iter().flat_map(|&port| [rule(host, port), rule(bare, port)]));
    // The corpus spells the granted host, too: it is granted as manifests grant it, and not on every port.
    permit.rules.retain(|rule| rule.host != HOST || rule.port == 443);
    permit.private_networks = everything();
    permit
}

/// Both families whole: what an operator could open at most.
pub(crate) fn everything() -> Vec<IpNet> {
    ["0.0.0.0/0", "::/0"].map(|net| net.parse().expect("a net")).to_vec()
}
