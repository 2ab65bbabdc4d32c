//! Who may know whom. The picture is in `ARCHITECTURE.md`; this is the same in code.

use anyhow::Result;

use super::Findings;
use crate::cargo::{Metadata, Package, metadata};

/// Each room and the rooms that it may name.
const ROOMS: &[(&str, &[&str])] = &[
    ("weighbridge-domain", &[]),
    ("weighbridge-turns", &["weighbridge-domain"]),
    ("weighbridge-metrics", &["weighbridge-domain"]),
    ("weighbridge-vault", &["weighbridge-domain"]),
    ("weighbridge-egress", &["weighbridge-domain", "weighbridge-turns"]),
    ("weighbridge-sandbox", &["weighbridge-domain", "weighbridge-turns"]),
    ("weighbridge-store", &["weighbridge-domain", "weighbridge-turns"]),
    ("weighbridge-api", &["weighbridge-domain", "weighbridge-metrics"]),
    (
        "weighbridge",
        &[
            "weighbridge-domain",
            "weighbridge-turns",
            "weighbridge-metrics",
            "weighbridge-vault",
            "weighbridge-egress",
            "weighbridge-sandbox",
            "weighbridge-store",
            "weighbridge-api",
        ],
    ),
    ("weighbridge-sdk", &[]),
    ("weighbridge-guests", &["weighbridge-sdk"]),
    ("weighbridge-tests", &["weighbridge", "weighbridge-sdk", "connector-git", "connector-github"]),
    ("weighbridge-corpus", &[]),
    ("xtask", &[]),
];

/// What runs fuzz targets as tests: every room may, in its tests.
const IN_TESTS: &[&str] = &["weighbridge-corpus"];

/// Libraries with those that would do the same, and the rooms that alone may know them. Tests may use what they test
/// against.
const OWNED: &[(&[&str], &[&str])] = &[
    (
        &["wasmtime", "wasmparser", "wasmer", "wasmi", "extism", "ed25519-dalek", "rustix", "libc"],
        &["weighbridge-sandbox"],
    ),
    (&["sqlx", "rusqlite", "libsqlite3-sys", "diesel", "sea-orm", "tokio-postgres", "redb"], &["weighbridge-store"]),
    (&["axum", "utoipa", "tower-http", "actix-web", "warp", "rocket", "tonic"], &["weighbridge-api"]),
    (&["reqwest", "ureq", "isahc", "curl", "attohttpc", "minreq", "hyper-rustls", "socket2"], &["weighbridge-egress"]),
    (&["rustls", "tokio-rustls", "native-tls", "hickory-resolver"], &["weighbridge-egress"]),
    (&["hyper", "hyper-util"], &["weighbridge-egress", "weighbridge-api"]),
    (&["aes-gcm", "aes", "chacha20poly1305", "hkdf", "ring", "aws-lc-rs", "openssl", "rsa"], &["weighbridge-vault"]),
];

/// Crates that stand outside of the house and measure it, or its peers, or are the disk that it stands on.
const OUTSIDE: &[&str] = &["weighbridge-tests", "weighbridge-bench", "weighbridge-faulty"];

/// Tools of this repository, no room of the house: what they know is bound by no owner.
const TOOLS: &[&str] = &["xtask"];

pub(super) fn check() -> Result<Findings> {
    Ok(judge(&metadata()?))
}

fn judge(house: &Metadata) -> Findings {
    house.packages.iter().flat_map(|package| [ours(package), owned(package)].concat()).collect()
}

/// The arrows between our own crates.
fn ours(package: &Package) -> Findings {
    let name = package.name.as_str();
    if OUTSIDE.contains(&name) {
        return Findings::new();
    }
    let is_plugin = package.manifest_path.components().any(|part| part.as_os_str() == "plugins");
    let allowed: &[&str] = if is_plugin {
        &["weighbridge-sdk"]
    } else if let Some((_, allowed)) = ROOMS.iter().find(|(room, _)| *room == name) {
        allowed
    } else {
        return vec![format!("{name} has no place in the house: give it one in xtask/src/tidy/arrows.rs")];
    };
    package
        .dependencies
        .iter()
        .filter(|dependency| {
            !(dependency.kind.as_deref() == Some("dev") && IN_TESTS.contains(&dependency.name.as_str()))
        })
        .filter(|dependency| dependency.path.is_some() && !allowed.contains(&dependency.name.as_str()))
        .map(|dependency| format!("{name} must not know {}: pass it a domain type or a trait", dependency.name))
        .collect()
}

/// The libraries that have owners.
fn owned(package: &Package) -> Findings {
    let name = package.name.as_str();
    if OUTSIDE.contains(&name) || TOOLS.contains(&name) {
        return Findings::new();
    }
    let stranger = |library: &str| {
        let (_, owners) = OWNED.iter().find(|(owned, _)| owned.contains(&library))?;
        let owners = (!owners.contains(&name)).then(|| owners.join(" and "))?;
        Some(format!("{name} must not know {library}: only {owners} does"))
    };
    package
        .dependencies
        .iter()
        .filter(|dependency| dependency.kind.as_deref() != Some("dev"))
        .filter_map(|dependency| stranger(&dependency.name))
        .collect()
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;
    use crate::cargo::Dependency;

    fn house(name: &str, library: &str, ours: bool) -> Metadata {
        let path = ours.then(|| PathBuf::from("x"));
        let dependency = Dependency { name: library.to_owned(), kind: None, path };
        let package = Package {
            name: name.to_owned(),
            manifest_path: "host/x/Cargo.toml".into(),
            dependencies: vec![dependency],
        };
        Metadata { target_directory: String::new(), packages: vec![package] }
    }

    #[test]
    fn siblings_that_know_each_other_are_found() {
        assert_eq!(judge(&house("weighbridge-store", "weighbridge-vault", true)).len(), 1);
        assert_eq!(judge(&house("weighbridge-store", "weighbridge-domain", true)).len(), 0);
    }

    #[test]
    fn libraries_outside_of_their_room_are_found() {
        assert_eq!(judge(&house("weighbridge-api", "sqlx", false)).len(), 1);
        assert_eq!(judge(&house("weighbridge-store", "sqlx", false)).len(), 0);
        for another in ["ureq", "curl", "rusqlite", "ring", "openssl", "rustls", "wasmer"] {
            assert_eq!(judge(&house("weighbridge", another, false)).len(), 1, "{another}");
        }
    }

    #[test]
    fn a_crate_without_a_place_is_found() {
        assert_eq!(judge(&house("weighbridge-utils", "serde", false)).len(), 1);
    }
}
