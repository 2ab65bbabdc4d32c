//! Which addresses are never dialled.
//!
//! The table follows the IANA special-purpose registries for IPv4 and IPv6, with the address space registry for what is
//! not unicast at all, and adds the addresses where cloud providers serve credentials. IPv6 is denied by default: only
//! `2000::/3` is global. Forms that carry another address (mapped, NAT64, 6to4, Teredo, ISATAP) are refused whole, so
//! that none has to be unwrapped.
//!
//! An operator can open a *private* block for one plugin; nothing opens the others. *To add a block*: one line in the
//! table and its first and last address in the test.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::{IpNet, Ipv4Net, Ipv6Net};

/// A block of the registries.
struct Block<N> {
    net: N,
    name: &'static str,
    /// Whether an operator's allowance may open it.
    private: bool,
}

const fn v4(a: u8, b: u8, c: u8, d: u8, prefix: u8, name: &'static str, private: bool) -> Block<Ipv4Net> {
    Block { net: Ipv4Net::new_assert(Ipv4Addr::new(a, b, c, d), prefix), name, private }
}

const fn v6(segments: [u16; 8], prefix: u8, name: &'static str, private: bool) -> Block<Ipv6Net> {
    let [a, b, c, d, e, f, g, h] = segments;
    Block { net: Ipv6Net::new_assert(Ipv6Addr::new(a, b, c, d, e, f, g, h), prefix), name, private }
}

/// The narrow blocks come before the wide ones that hold them: the first that matches decides.
const V4: &[Block<Ipv4Net>] = &[
    v4(169, 254, 169, 254, 32, "cloud metadata", false),
    v4(168, 63, 129, 16, 32, "cloud metadata", false),
    v4(100, 100, 100, 200, 32, "cloud metadata", false),
    v4(0, 0, 0, 0, 8, "this network", false),
    v4(10, 0, 0, 0, 8, "private", true),
    v4(100, 64, 0, 0, 10, "carrier-grade NAT", true),
    v4(127, 0, 0, 0, 8, "loopback", true),
    v4(169, 254, 0, 0, 16, "link-local", false),
    v4(172, 16, 0, 0, 12, "private", true),
    v4(192, 0, 0, 0, 24, "protocol assignments", false),
    v4(192, 0, 2, 0, 24, "documentation", false),
    v4(192, 31, 196, 0, 24, "AS112", false),
    v4(192, 52, 193, 0, 24, "AMT relays", false),
    v4(192, 88, 99, 0, 24, "6to4 relays", false),
    v4(192, 168, 0, 0, 16, "private", true),
    v4(192, 175, 48, 0, 24, "AS112", false),
    v4(198, 18, 0, 0, 15, "benchmarking", false),
    v4(198, 51, 100, 0, 24, "documentation", false),
    v4(203, 0, 113, 0, 24, "documentation", false),
    v4(224, 0, 0, 0, 4, "multicast", false),
    v4(240, 0, 0, 0, 4, "reserved or broadcast", false),
];

const V6: &[Block<Ipv6Net>] = &[
    // Amazon, Google, Oracle and Scaleway serve theirs from unique local addresses.
    v6([0xfd00, 0xec2, 0, 0, 0, 0, 0, 0], 32, "cloud metadata", false),
    v6([0xfd20, 0xce, 0, 0, 0, 0, 0, 0x254], 128, "cloud metadata", false),
    v6([0xfd00, 0xc1, 0, 0, 0, 0, 0xa9fe, 0xa9fe], 128, "cloud metadata", false),
    v6([0xfd00, 0x42, 0, 0, 0, 0, 0, 0x42], 128, "cloud metadata", false),
    v6([0, 0, 0, 0, 0, 0, 0, 1], 128, "loopback", true),
    v6([0, 0, 0, 0, 0, 0xffff, 0, 0], 96, "IPv4-mapped", false),
    v6([0x64, 0xff9b, 0, 0, 0, 0, 0, 0], 96, "NAT64", false),
    v6([0x64, 0xff9b, 1, 0, 0, 0, 0, 0], 48, "NAT64", false),
    v6([0x2001, 0, 0, 0, 0, 0, 0, 0], 32, "Teredo", false),
    v6([0x2001, 0, 0, 0, 0, 0, 0, 0], 23, "protocol assignments", false),
    v6([0x2001, 0xdb8, 0, 0, 0, 0, 0, 0], 32, "documentation", false),
    v6([0x2002, 0, 0, 0, 0, 0, 0, 0], 16, "6to4", false),
    v6([0x2620, 0x4f, 0x8000, 0, 0, 0, 0, 0], 48, "AS112", false),
    v6([0x3fff, 0, 0, 0, 0, 0, 0, 0], 20, "documentation", false),
    v6([0xfc00, 0, 0, 0, 0, 0, 0, 0], 7, "unique local", true),
    v6([0xfe80, 0, 0, 0, 0, 0, 0, 0], 10, "link-local", false),
    v6([0xff00, 0, 0, 0, 0, 0, 0, 0], 8, "multicast", false),
];

const GLOBAL_V6: Ipv6Net = Ipv6Net::new_assert(Ipv6Addr::new(0x2000, 0, 0, 0, 0, 0, 0, 0), 3);

/// Why this address is not dialled, in a word; nothing if it may be. `allowed` are the networks that the operator opened.
pub(crate) fn refusal(address: IpAddr, allowed: &[IpNet]) -> Option<&'static str> {
    let (name, private) = match address {
        IpAddr::V4(address) => special_v4(address)?,
        IpAddr::V6(address) => special_v6(address)?,
    };
    let opened = private && allowed.iter().any(|net| net.contains(&address));
    (!opened).then_some(name)
}

fn special_v4(address: Ipv4Addr) -> Option<(&'static str, bool)> {
    V4.iter().find(|block| block.net.contains(&address)).map(|block| (block.name, block.private))
}

fn special_v6(address: Ipv6Addr) -> Option<(&'static str, bool)> {
    let named = V6.iter().find(|block| block.net.contains(&address)).map(|block| (block.name, block.private));
    named
        .or_else(|| is_isatap(address).then_some(("ISATAP", false)))
        .or_else(|| (!GLOBAL_V6.contains(&address)).then_some(("not global", false)))
}

/// RFC 5214: an interface id `0000:5efe` or `0200:5efe`, followed by an IPv4 address.
const fn is_isatap(address: Ipv6Addr) -> bool {
    let segments = address.segments();
    segments[4] & !0x0200 == 0 && segments[5] == 0x5efe
}

#[cfg(test)]
#[path = "../tests/egress/corpus/blocks.rs"]
mod blocks;

#[cfg(test)]
mod tests {
    use super::blocks::REFUSED;
    use super::*;

    /// An address as its family's width and its number, so that neighbours can be counted.
    fn number(address: IpAddr) -> (bool, u128) {
        match address {
            IpAddr::V4(v4) => (false, u128::from(v4.to_bits())),
            IpAddr::V6(v6) => (true, v6.to_bits()),
        }
    }

    fn address((is_v6, bits): (bool, u128)) -> Option<IpAddr> {
        if is_v6 {
            Some(Ipv6Addr::from_bits(bits).into())
        } else {
            u32::try_from(bits).ok().map(|b| Ipv4Addr::from_bits(b).into())
        }
    }

    fn range(&(first, last): &(&str, &str)) -> ((bool, u128), (bool, u128)) {
        (number(first.parse().expect("an address")), number(last.parse().expect("an address")))
    }

    #[test]
    fn every_border_of_every_block_is_where_the_registries_say() {
        let mut open = 0;
        for (first, last) in REFUSED.iter().map(range) {
            let before = first.1.checked_sub(1).map(|bits| (first.0, bits));
            let after = last.1.checked_add(1).map(|bits| (last.0, bits));
            for at in [before, Some(first), Some(last), after].into_iter().flatten() {
                let Some(address) = address(at) else { continue };
                let expected = REFUSED.iter().map(range).any(|(low, high)| (low..=high).contains(&at));
                assert_eq!(refusal(address, &[]).is_some(), expected, "{address}");
                open += usize::from(!expected);
            }
        }
        assert!(open > 30, "only {open} neighbours were outside of every block");
    }

    #[test]
    fn public_addresses_are_dialled() {
        for text in
            ["1.1.1.1", "140.82.112.3", "172.32.0.1", "168.63.129.17", "2606:4700::1111", "2001:4860:4860::8888"]
        {
            assert_eq!(refusal(text.parse().expect("an address"), &[]), None, "{text}");
        }
    }

    #[test]
    fn an_allowance_opens_private_blocks_and_nothing_else() {
        let all: [IpNet; 2] = ["0.0.0.0/0".parse().expect("a net"), "::/0".parse().expect("a net")];
        for text in
            ["10.1.2.3", "127.0.0.1", "192.168.1.1", "100.64.0.1", "::1", "fd12::1", "fd00:ec1::254", "fd20:ce::253"]
        {
            let ip = text.parse().expect("an address");
            assert!(refusal(ip, &[]).is_some() && refusal(ip, &all).is_none(), "{text}");
        }
        for text in [
            "169.254.169.254",
            "168.63.129.16",
            "100.100.100.200",
            "fd00:ec2::254",
            "fd00:ec2::",
            "fd00:ec2:ffff:ffff:ffff:ffff:ffff:ffff",
            "fd20:ce::254",
            "fd00:c1::a9fe:a9fe",
            "fd00:42::42",
            "169.254.1.1",
            "0.0.0.0",
            "224.0.0.1",
            "255.255.255.255",
            "::ffff:10.0.0.1",
            "64:ff9b::a00:1",
            "2002:a00:1::",
            "2001:0:a00:1::",
            "fe80::1",
            "::",
            "2a00:1450::5efe:a00:1",
            "2a00:1450::200:5efe:a00:1",
            "::10.0.0.1",
        ] {
            assert!(refusal(text.parse().expect("an address"), &all).is_some(), "{text}");
        }
    }

    #[test]
    fn an_allowance_opens_only_its_own_range() {
        let one: [IpNet; 1] = ["10.1.0.0/16".parse().expect("a net")];
        assert!(refusal("10.1.255.255".parse().expect("an address"), &one).is_none());
        assert!(refusal("10.2.0.0".parse().expect("an address"), &one).is_some());
    }
}
