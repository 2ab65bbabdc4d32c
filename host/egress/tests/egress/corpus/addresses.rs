//! What a name may lead to: borders of every block, addresses that carry another one, and what clouds serve credentials
//! from. The expectation comes from `blocks`, or stands here by hand.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::blocks::REFUSED;

/// Where the clouds serve what no guest may read: never dialled, not even if the operator opens everything.
pub(crate) const METADATA: &[(&str, &str)] = &[
    ("metadata.aws.internal", "169.254.169.254"),
    ("instance-data.ec2.internal", "169.254.169.254"),
    ("ecs.aws.internal", "169.254.170.2"),
    ("eks.aws.internal", "169.254.170.23"),
    ("time.aws.internal", "169.254.169.123"),
    ("v6.aws.internal", "fd00:ec2::254"),
    ("eks6.aws.internal", "fd00:ec2::23"),
    ("metadata.google.internal", "169.254.169.254"),
    ("metadata.goog", "169.254.169.254"),
    ("v6.google.internal", "fd20:ce::254"),
    ("metadata.azure.internal", "169.254.169.254"),
    ("wireserver.azure.internal", "168.63.129.16"),
    ("metadata.oraclecloud.internal", "169.254.169.254"),
    ("classic.oraclecloud.internal", "192.0.0.192"),
    ("v6.oraclecloud.internal", "fd00:c1::a9fe:a9fe"),
    ("metadata.aliyun.internal", "100.100.100.200"),
    ("metadata.digitalocean.internal", "169.254.169.254"),
    ("metadata.tencentyun.internal", "169.254.0.23"),
    ("metadata.scaleway.internal", "169.254.42.42"),
    ("v6.scaleway.internal", "fd00:42::42"),
    ("v6.openstack.internal", "fe80::a9fe:a9fe"),
];

/// Public addresses of well-known services.
const PUBLIC: &[&str] = &[
    "1.1.1.1",
    "8.8.8.8",
    "9.9.9.9",
    "140.82.112.3",
    "168.63.129.15",
    "168.63.129.17",
    "185.199.108.133",
    "223.255.255.255",
    "2606:4700:4700::1111",
    "2001:4860:4860::8888",
    "2a00:1450:4001:81b::200e",
    "2a01:4f8::1",
    "2600::",
    "2c0f:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
];

/// Addresses of version 4 that others carry: whatever they are, the carrier is not dialled.
const CARRIED: &[[u8; 4]] =
    &[[127, 0, 0, 1], [10, 0, 0, 1], [192, 168, 1, 1], [169, 254, 169, 254], [0, 0, 0, 0], [1, 1, 1, 1], [8, 8, 8, 8]];

/// Every address of the corpus, and whether it is dialled.
pub(crate) fn addresses() -> BTreeMap<IpAddr, bool> {
    let text = |text: &&str| -> IpAddr { text.parse().expect("an address") };
    let carriers = CARRIED.iter().flat_map(|&octets| carriers(octets)).map(|ip| (IpAddr::V6(ip), false));
    let metadata = METADATA.iter().map(|(_, ip)| (text(ip), false));
    let public = PUBLIC.iter().map(|ip| (text(ip), true));
    borders().into_iter().chain(carriers).chain(metadata).chain(public).collect()
}

/// The first and the last address of every block, one in the middle, and the neighbours outside.
fn borders() -> Vec<(IpAddr, bool)> {
    let number = |ip: &&str| match ip.parse().expect("an address") {
        IpAddr::V4(v4) => (4, u128::from(v4.to_bits())),
        IpAddr::V6(v6) => (6, v6.to_bits()),
    };
    let blocks: Vec<_> = REFUSED.iter().map(|(first, last)| (number(first), number(last))).collect();
    let refused = |at: (u8, u128)| blocks.iter().any(|(first, last)| (*first..=*last).contains(&at));
    let of_block = |&((version, first), (_, last)): &((u8, u128), (u8, u128))| {
        let middle = first + (last - first) / 2;
        [first.checked_sub(1), Some(first), Some(middle), Some(last), last.checked_add(1)].map(|at| (version, at))
    };
    let points = blocks.iter().flat_map(of_block).filter_map(|(version, at)| Some((version, at?)));
    points.filter_map(|at| Some((address(at)?, !refused(at)))).collect()
}

fn address((version, bits): (u8, u128)) -> Option<IpAddr> {
    match version {
        4 => u32::try_from(bits).ok().map(|bits| Ipv4Addr::from_bits(bits).into()),
        _ => Some(Ipv6Addr::from_bits(bits).into()),
    }
}

/// Mapped, compatible and translated forms; NAT64 by both prefixes and every length of RFC 6052; 6to4; Teredo, as its
/// server and as its client; ISATAP.
fn carriers(octets: [u8; 4]) -> Vec<Ipv6Addr> {
    let [a, b, c, d] = octets.map(u16::from);
    let (high, low) = (a << 8 | b, c << 8 | d);
    [
        [0, 0, 0, 0, 0, 0xffff, high, low],
        [0, 0, 0, 0, 0, 0, high, low],
        [0, 0, 0, 0, 0xffff, 0, high, low],
        [0x64, 0xff9b, 0, 0, 0, 0, high, low],
        [0x64, 0xff9b, 1, 0, 0, 0, high, low],
        [0x64, 0xff9b, 1, high, c, d << 8, 0, 0],
        [0x64, 0xff9b, 1, a, b, c << 8 | d, 0, 0],
        [0x64, 0xff9b, 1, 0, a, b << 8 | c, d << 8, 0],
        [0x2002, high, low, 0, 0, 0, 0, 0],
        [0x2002, high, low, 1, 0, 0, 0, 1],
        [0x2001, 0, high, low, 0, 0, 0, 0],
        [0x2001, 0, 0x0101, 0x0101, 0, 0xffff, !high, !low],
        [0xfe80, 0, 0, 0, 0, 0x5efe, high, low],
        [0x2a00, 0x1450, 0, 0, 0, 0x5efe, high, low],
        [0x2a00, 0x1450, 0, 0, 0x200, 0x5efe, high, low],
        [0xfd00, 0x0ec2, 0, 0, 0, 0, high, low],
        [0xff02, 0, 0, 0, 0, 0, high, low],
        [0x2001, 0x0db8, 0, 0, 0, 0, high, low],
    ]
    .map(Ipv6Addr::from)
    .to_vec()
}
