//! The rules of a manifest's values. Each bad value has its own error, which names the field and the way out.

mod oauth;

use domain::capability::{AuthScheme, AuthSlot, HttpRule, Scheme};
use domain::{Budget, BudgetKind, Capabilities};

use super::manifest::{Manifest, ManifestError, World};
use super::settings;
use crate::escape::is_deceptive;

const METHODS: [&str; 6] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"];
const MAX_RULES: usize = 64;
const MAX_SLOTS: usize = 8;

/// Headers that belong to the connection, or to the host's own hand.
const RESERVED_HEADERS: [&str; 10] = [
    "connection",
    "content-length",
    "cookie",
    "expect",
    "host",
    "keep-alive",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
];

/// Check every field.
pub(super) fn check(manifest: &Manifest) -> Result<(), ManifestError> {
    // Destructured whole, so that a field without a rule does not compile.
    let Manifest {
        id: _,
        version,
        sequence,
        title,
        description,
        license,
        homepage,
        world,
        profile: _,
        kinds: _,
        capabilities,
        budget,
        settings,
    } = manifest;
    if !version.build.is_empty() {
        return Err(ManifestError::VersionBuild(version.clone()));
    }
    if !(1..=i64::MAX.unsigned_abs()).contains(sequence) {
        return Err(ManifestError::Sequence);
    }
    check_text("title", title, 1, 128, "")?;
    check_text("description", description, 0, 2048, "\n")?;
    check_text("license", license, 1, 128, "")?;
    if homepage.as_ref().is_some_and(|url| !is_homepage(url)) {
        return Err(ManifestError::Homepage);
    }
    check_kinds(manifest)?;
    check_capabilities(capabilities, *world)?;
    check_budget(budget)?;
    settings::check_schema(settings).map_err(ManifestError::Settings)
}

fn check_text(field: &'static str, text: &str, min: usize, max: usize, but: &str) -> Result<(), ManifestError> {
    let plain = !text.chars().any(|c| is_deceptive(c) && !but.contains(c));
    if plain && (min..=max).contains(&text.len()) { Ok(()) } else { Err(ManifestError::Text { field, min, max }) }
}

fn is_homepage(url: &str) -> bool {
    url.len() <= 512
        && url.strip_prefix("https://").is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_alphanumeric()))
        && url.bytes().all(|b| b.is_ascii_graphic())
}

fn check_kinds(manifest: &Manifest) -> Result<(), ManifestError> {
    let Manifest { world, kinds, .. } = manifest;
    if !world.is_connector() {
        let other = ManifestError::NotForWorld { field: "kinds", world: world.name() };
        return if kinds.is_empty() { Ok(()) } else { Err(other) };
    }
    if kinds.is_empty() {
        return Err(ManifestError::NoKinds);
    }
    match kinds.iter().enumerate().find(|(index, kind)| kinds[..*index].contains(kind)) {
        Some((_, kind)) => Err(ManifestError::KindTwice(*kind)),
        None => Ok(()),
    }
}

fn check_capabilities(capabilities: &Capabilities, world: World) -> Result<(), ManifestError> {
    if !world.is_connector() && *capabilities != Capabilities::default() {
        return Err(ManifestError::NotForWorld { field: "capabilities", world: world.name() });
    }
    let Capabilities { http, auth, files: _, content, state: _ } = capabilities;
    check_count("capabilities.http", http.len(), MAX_RULES)?;
    check_count("capabilities.auth", auth.len(), MAX_SLOTS)?;
    http.iter().enumerate().try_for_each(|(index, rule)| check_rule(index, rule))?;
    auth.iter().enumerate().try_for_each(|(index, slot)| check_slot(index, slot, capabilities))?;
    if *content && http.is_empty() { Err(ManifestError::ContentWithoutHttp) } else { Ok(()) }
}

fn check_count(field: &'static str, count: usize, max: usize) -> Result<(), ManifestError> {
    if count > max { Err(ManifestError::TooMany { field, count, max }) } else { Ok(()) }
}

fn check_rule(index: usize, rule: &HttpRule) -> Result<(), ManifestError> {
    let HttpRule { scheme, host, port, methods, path } = rule;
    if !is_exact_host(host) {
        return Err(ManifestError::Host { index, host: host.clone() });
    }
    if *scheme == Scheme::Http && host != "localhost" {
        return Err(ManifestError::PlainHttp { index });
    }
    if *port == 0 {
        return Err(ManifestError::Port { index });
    }
    let repeated = (1..methods.len()).any(|at| methods[..at].contains(&methods[at]));
    if methods.is_empty() || repeated || !methods.iter().all(|method| METHODS.contains(&method.as_str())) {
        return Err(ManifestError::Methods { index, found: format!("{methods:?}") });
    }
    if !is_plain_path(path) {
        return Err(ManifestError::Path { index, path: path.clone() });
    }
    Ok(())
}

/// A name that means one host and nothing else: at least two labels, in lower case, the last of them not a number (by
/// which every spelling of an IPv4 address is told). `localhost` is the one name of a single label.
fn is_exact_host(host: &str) -> bool {
    let label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    host == "localhost"
        || host.len() <= 253
            && host.split('.').all(label)
            && host.rsplit_once('.').is_some_and(|(_, last)| last.starts_with(|c: char| c.is_ascii_lowercase()))
}

fn is_plain_path(path: &str) -> bool {
    path.starts_with('/')
        && path.len() <= 1024
        && path.bytes().all(|b| b.is_ascii_graphic() && !b"%?#\\".contains(&b))
        && !path.contains("//")
        && path.split('/').all(|segment| segment != "." && segment != "..")
}

fn check_slot(index: usize, slot: &AuthSlot, capabilities: &Capabilities) -> Result<(), ManifestError> {
    let AuthSlot { name, scheme, hosts, optional: _ } = slot;
    let plain = (1..=32).contains(&name.len())
        && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
    if !plain || capabilities.auth[..index].iter().any(|other| other.name == *name) {
        return Err(ManifestError::SlotName { index, name: name.clone() });
    }
    match scheme {
        AuthScheme::Header(header) if !can_carry_credential(header) => {
            return Err(ManifestError::SlotHeader { index, header: header.clone() });
        }
        AuthScheme::OAuth2(provider) => oauth::check(index, provider)?,
        AuthScheme::Bearer | AuthScheme::Basic | AuthScheme::Header(_) => {}
    }
    if hosts.is_empty() || (1..hosts.len()).any(|at| hosts[..at].contains(&hosts[at])) {
        return Err(ManifestError::SlotHosts { index });
    }
    match hosts.iter().find(|host| !capabilities.http.iter().any(|rule| rule.host == **host)) {
        Some(host) => Err(ManifestError::SlotHost { index, host: host.clone() }),
        None => Ok(()),
    }
}

fn can_carry_credential(header: &str) -> bool {
    let lower = header.to_ascii_lowercase();
    (1..=64).contains(&header.len())
        && header.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
        && !lower.starts_with("proxy-")
        && !RESERVED_HEADERS.contains(&lower.as_str())
}

fn check_budget(budget: &Budget) -> Result<(), ManifestError> {
    for kind in BudgetKind::ALL {
        let (part, asked, ceiling) = (kind.name(), budget.get(*kind), Budget::CEILING.get(*kind));
        if asked > ceiling {
            return Err(ManifestError::BudgetOver { part, asked, ceiling });
        }
        if asked == 0 && kind.is_vital() {
            return Err(ManifestError::BudgetZero { part });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
