//! Hosts that are addresses, in every spelling that some resolver or parser understands.

use std::net::Ipv4Addr;

/// Odd ones, and addresses that are public too: what can be granted are names.
const BY_HAND: &[&str] = &[
    "127.0.0.1",
    "127.1",
    "127.0.1",
    "127.000.000.001",
    "0177.0.0.1",
    "0177.1",
    "017700000001",
    "0x7f.0.0.1",
    "0x7f.1",
    "0x7f000001",
    "0X7F000001",
    "0x7F.0x0.0x0.0x1",
    "2130706433",
    "127.0.0.1.",
    "127.0.0.0x1",
    "127.0.0.01",
    "0",
    "0.0.0.0",
    "00",
    "0x0",
    "255.255.255.255",
    "4294967295",
    "256.256.256.256",
    "1.2.3.4.5",
    "10.0.0.1",
    "167772161",
    "192.168.0.1",
    "3232235521",
    "169.254.169.254",
    "169.254.43518",
    "0xa9fea9fe",
    "2852039166",
    "0251.0376.0251.0376",
    "0xa9.254.0251.254",
    "168.63.129.16",
    "1.1.1.1",
    "16843009",
    "[::1]",
    "[::]",
    "[0:0:0:0:0:0:0:1]",
    "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]",
    "[::ffff:169.254.169.254]",
    "[::127.0.0.1]",
    "[64:ff9b::7f00:1]",
    "[2002:7f00:1::]",
    "[fe80::1%25eth0]",
    "[fe80::1%eth0]",
    "[fd00:ec2::254]",
    "[2606:4700::1111]",
    "[v1.x]",
    "[]",
    "[::1",
    "::1",
    "[::1].example.test",
    "①②⑦.0.0.1",
    "127。0。0。1",
    "%31%32%37.0.0.1",
    "127.0.0.1%00",
    "a.127.0.0.1",
    "a.0x7f",
    "a.1",
    "1",
    "127-0-0-1.1",
];

/// Where an attacker would like to get, and two that are public.
const WANTED: &[[u8; 4]] = &[
    [127, 0, 0, 1],
    [127, 0, 0, 53],
    [10, 0, 0, 1],
    [172, 16, 0, 1],
    [192, 168, 1, 1],
    [169, 254, 169, 254],
    [169, 254, 170, 2],
    [168, 63, 129, 16],
    [100, 100, 100, 200],
    [0, 0, 0, 0],
    [255, 255, 255, 255],
    [1, 1, 1, 1],
    [140, 82, 112, 3],
];

/// All hosts of the corpus.
pub(crate) fn hosts() -> Vec<String> {
    let generated = WANTED.iter().flat_map(|&octets| [numbers(octets), letters(octets), brackets(octets)].concat());
    BY_HAND.iter().map(|&host| host.to_owned()).chain(generated).collect()
}

/// In decimal, octal and hexadecimal, in one to four parts, too short and too long.
fn numbers([a, b, c, d]: [u8; 4]) -> Vec<String> {
    let whole = u32::from_be_bytes([a, b, c, d]);
    let (last2, last3) = (whole & 0xffff, whole & 0x00ff_ffff);
    vec![
        format!("{a}.{b}.{c}.{d}"),
        format!("{a}.{b}.{c}.{d}."),
        format!("{a}.{b}.{c}.{d}.."),
        format!("{a:03}.{b:03}.{c:03}.{d:03}"),
        format!("{a}.{b}.{last2}"),
        format!("{a}.{last3}"),
        format!("{whole}"),
        format!("{whole}."),
        format!("0{whole}"),
        format!("{}", u64::from(whole) + (1 << 32)),
        format!("{}.{b}.{c}.{d}", u16::from(a) + 256),
        format!("0x{whole:x}"),
        format!("0X{whole:08X}"),
        format!("0x00000000{whole:x}"),
        format!("0{whole:o}"),
        format!("0x{a:x}.0x{b:x}.0x{c:x}.0x{d:x}"),
        format!("0{a:o}.0{b:o}.0{c:o}.0{d:o}"),
        format!("0000{a:o}.0000{b:o}.0000{c:o}.0000{d:o}"),
        format!("0x{a:02x}.{b}.0{c:o}.{d}"),
        format!("{a}.0x{last3:x}"),
        format!("0{a:o}.{b}.0x{last2:x}"),
        format!("0o{a:o}.{b}.{c}.{d}"),
        format!("0b{a:b}.{b}.{c}.{d}"),
        format!("+{a}.{b}.{c}.{d}"),
        format!("-{whole}"),
        format!("{a}.{b}.{c}.{d}:"),
        format!("{a}.{b}.{c}.{d}:0443"),
        format!("{a}.{b}.{c}.{d}:65979"),
    ]
}

/// With escapes, other scripts' digits and dots, and beside a name that is granted.
fn letters([a, b, c, d]: [u8; 4]) -> Vec<String> {
    let dotted = format!("{a}.{b}.{c}.{d}");
    let digits = |zero: char| {
        let shift = |digit: u32| char::from_u32(u32::from(zero) + digit).expect("a digit");
        dotted.chars().map(|sign| sign.to_digit(10).map_or(sign, shift)).collect::<String>()
    };
    let dots = |dot: &str| dotted.replace('.', dot);
    let escaped: String = dotted.bytes().map(|byte| format!("%{byte:02x}")).collect();
    let twice = escaped.replace('%', "%25");
    let zeros = ['０', '٠', '०', '𝟎', '𝟶'].map(digits);
    let separators = ["．", "。", "｡", "․", "%2e", "%2E", "%252e", "%ef%bc%8e", ",", "·"].map(dots);
    let beside = [
        format!("api.example.test@{dotted}"),
        format!("{dotted}@api.example.test"),
        format!("api.example.test:443@{dotted}"),
        format!("api.example.test%40{dotted}"),
        format!("{dotted}\\@api.example.test"),
        format!("{dotted}#@api.example.test"),
        format!("{dotted}%00.example.test"),
        format!("{dotted}%09"),
        format!("{dotted}\t"),
        format!("{dotted} "),
        format!("{dotted}%20.example.test"),
        format!("{dotted}\r\nhost: api.example.test"),
        format!("\u{200b}{dotted}"),
        format!("api.example.test.{dotted}"),
    ];
    [&zeros[..], &separators[..], &beside[..], &[escaped, twice]].concat()
}

/// Within addresses of version 6, plain and carried through a tunnel or a translator.
fn brackets(octets: [u8; 4]) -> Vec<String> {
    let [a, b, c, d] = octets;
    let (dotted, high, low) = (Ipv4Addr::from(octets), u16::from_be_bytes([a, b]), u16::from_be_bytes([c, d]));
    [
        format!("::ffff:{dotted}"),
        format!("::ffff:{high:x}:{low:x}"),
        format!("0:0:0:0:0:FFFF:{high:04X}:{low:04X}"),
        format!("::ffff:0:{dotted}"),
        format!("::{dotted}"),
        format!("::{high:x}:{low:x}"),
        format!("64:ff9b::{dotted}"),
        format!("64:ff9b:1::{dotted}"),
        format!("64:ff9b:1:{high:x}:{:x}:{:x}::", c, u16::from(d) << 8),
        format!("2002:{high:x}:{low:x}::"),
        format!("2002:{high:x}:{low:x}::1"),
        format!("2001:0:{high:x}:{low:x}::"),
        format!("2001:0:101:101:0:ffff:{:x}:{:x}", !high, !low),
        format!("fe80::5efe:{dotted}"),
        format!("2a00:1450::200:5efe:{dotted}"),
        format!("::ffff:{dotted}%lo"),
        format!("::ffff:{dotted}%25lo"),
        format!("fe80::{high:x}:{low:x}%25eth0"),
    ]
    .into_iter()
    .flat_map(|inner| [format!("[{inner}]"), inner])
    .collect()
}
