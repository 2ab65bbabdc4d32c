//! A component's imports and exports against its manifest: imports are capabilities.
//!
//! To add an interface: give it its line in [`declared`], and link it in `capability`.

use std::fmt;

use domain::Capabilities;
use semver::Version;

use super::manifest::{Manifest, Profile, World};
use super::screen::PackageError;
use super::survey::Import;

const PACKAGE: &str = "weighbridge:connector";

/// What is odd about a package, though no reason to refuse it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Warning {
    /// Asked for in the manifest, and never imported: the operator is asked for more than the plugin can use.
    Unused(&'static str),
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unused(capability) => {
                write!(f, "the manifest asks for `capabilities.{capability}`, and the component does not import it")
            }
        }
    }
}

/// How the host takes an import of this name from [`PACKAGE`].
enum Declared {
    /// Of shapes alone: there is nothing in it to call.
    Types,
    /// Whether the manifest declares it.
    Callable(bool),
}

fn declared(interface: &str, capabilities: &Capabilities) -> Option<Declared> {
    let Capabilities { http, auth: _, files, content, state } = capabilities;
    Some(match interface {
        "types" | "records" => Declared::Types,
        "analyzer" if *content => Declared::Types,
        "log" => Declared::Callable(true),
        "http" => Declared::Callable(!http.is_empty()),
        "files" => Declared::Callable(*files),
        "content" => Declared::Callable(*content),
        "state" => Declared::Callable(*state),
        _ => return None,
    })
}

/// Compare them, and list what is declared without use.
pub(super) fn compare(
    imports: &[Import],
    exports: &[String],
    manifest: &Manifest,
) -> Result<Vec<Warning>, PackageError> {
    imports.iter().try_for_each(|import| check_import(import, manifest))?;
    manifest.world.exports().iter().try_for_each(|interface| check_export(interface, exports, manifest.world))?;
    Ok(unused(imports, &manifest.capabilities))
}

fn check_import(import: &Import, manifest: &Manifest) -> Result<(), PackageError> {
    let interface = import.name.clone();
    let Some(name) = interface_of_ours(&import.name) else {
        return match manifest.profile {
            Profile::InertWasi if interface.starts_with("wasi:") => Ok(()),
            Profile::InertWasi => Err(PackageError::ImportUnknown { interface }),
            Profile::Pure => Err(PackageError::ImportOutside { interface }),
        };
    };
    let name = name.map_err(|()| PackageError::InterfaceVersion { interface: interface.clone() })?;
    if !manifest.world.is_connector() {
        return Err(PackageError::ImportNotDeclared { interface });
    }
    match declared(name, &manifest.capabilities) {
        Some(Declared::Types) if import.only_types => Ok(()),
        Some(Declared::Callable(true)) => Ok(()),
        Some(Declared::Callable(false)) => Err(PackageError::ImportNotDeclared { interface }),
        None if name == "analyzer" => Err(PackageError::ImportNotDeclared { interface }),
        Some(Declared::Types) | None => Err(PackageError::ImportUnknown { interface }),
    }
}

fn check_export(missing: &'static str, exports: &[String], world: World) -> Result<(), PackageError> {
    let mut other = None;
    for export in exports {
        match interface_of_ours(export) {
            Some(Ok(name)) if name == missing => return Ok(()),
            Some(Err(())) if bare_name(export) == Some(missing) => other = Some(export.clone()),
            _ => {}
        }
    }
    Err(match other {
        Some(interface) => PackageError::InterfaceVersion { interface },
        None => PackageError::WrongWorld { world: world.name(), missing, found: listed(exports) },
    })
}

fn listed(exports: &[String]) -> String {
    let shown: Vec<_> = exports.iter().take(8).map(|name| name.chars().take(128).collect::<String>()).collect();
    if shown.is_empty() { "nothing".to_owned() } else { shown.join(", ") }
}

fn unused(imports: &[Import], capabilities: &Capabilities) -> Vec<Warning> {
    let imported = |name: &str| {
        imports.iter().any(|import| {
            !import.only_types && matches!(interface_of_ours(&import.name), Some(Ok(found)) if found == name)
        })
    };
    // Content is fetched by the rules of `http`, without a call to it.
    let http = imported("http") || imported("content");
    let Capabilities { http: rules, auth, files, content, state } = capabilities;
    [
        ("http", !rules.is_empty() && !http),
        ("auth", !auth.is_empty() && !http),
        ("files", *files && !imported("files")),
        ("content", *content && !imported("content")),
        ("state", *state && !imported("state")),
    ]
    .into_iter()
    .filter_map(|(name, unused)| unused.then_some(Warning::Unused(name)))
    .collect()
}

/// The name of an interface of this house, `Err` when it is of a version that this host does not speak, `None` when the
/// import is of somebody else.
fn interface_of_ours(import: &str) -> Option<Result<&str, ()>> {
    let name = bare_name(import)?;
    let version = import.split_once('@').and_then(|(_, version)| Version::parse(version).ok());
    Some(version.filter(|v| v.major == 0 && v.minor == 1 && v.pre.is_empty()).map(|_| name).ok_or(()))
}

fn bare_name(import: &str) -> Option<&str> {
    let rest = import.strip_prefix(PACKAGE)?.strip_prefix('/')?;
    Some(rest.split('@').next().unwrap_or(rest))
}

#[cfg(test)]
mod tests {
    use domain::capability::{AuthScheme, AuthSlot};

    use super::*;
    use crate::package::fixture::{self, HTTP, SOURCE};

    fn import(name: &str) -> Import {
        Import { name: format!("{PACKAGE}/{name}@0.1.0"), only_types: false }
    }

    #[test]
    fn each_capability_that_is_asked_for_and_not_imported_is_told() {
        let http = fixture::manifest().capabilities.http;
        let slot =
            AuthSlot { name: "token".to_owned(), scheme: AuthScheme::Bearer, hosts: Vec::new(), optional: false };
        let none = Capabilities::default();
        for (imported, asked, told) in [
            ("http", Capabilities { http: http.clone(), ..none.clone() }, "http"),
            ("http", Capabilities { auth: vec![slot.clone()], ..none.clone() }, "auth"),
            ("files", Capabilities { files: true, ..none.clone() }, "files"),
            ("content", Capabilities { content: true, ..none.clone() }, "content"),
            ("state", Capabilities { state: true, ..none.clone() }, "state"),
        ] {
            assert_eq!(unused(&[import(imported)], &asked), [], "{told}: it is used");
            assert_eq!(unused(&[import("log")], &asked), [Warning::Unused(told)], "{told}: something else is");
            assert_eq!(unused(&[import(imported)], &none), [], "{told}: nothing was asked for");
            let of_types = Import { only_types: true, ..import(imported) };
            assert_eq!(unused(&[of_types], &asked), [Warning::Unused(told)], "{told}: its types alone");
        }
        let by_content = Capabilities { http, auth: vec![slot], content: true, ..none };
        assert_eq!(unused(&[import("content")], &by_content), [], "content is fetched by the rules of http");
    }

    #[test]
    fn what_is_odd_is_told_by_the_name_that_manifests_give_it() {
        let told = Warning::Unused("http").to_string();
        assert_eq!(told, "the manifest asks for `capabilities.http`, and the component does not import it");
    }

    #[test]
    fn an_export_of_another_version_is_named_and_one_of_another_name_is_not_taken_for_it() {
        let check = |exports: &[&str]| {
            let exports: Vec<_> = exports.iter().map(|&export| export.to_owned()).collect();
            check_export("source", &exports, World::Connector)
        };
        assert!(check(&[HTTP, SOURCE]).is_ok());
        let (old, other) = ("weighbridge:connector/source@0.2.0", "weighbridge:connector/webhook@0.2.0");
        for exports in [&[old][..], &[old, other], &[other, old]] {
            let refused = check(exports);
            assert!(
                matches!(&refused, Err(PackageError::InterfaceVersion { interface }) if interface == old),
                "{refused:?}"
            );
        }
        let refused = check(&[other]);
        assert!(matches!(&refused, Err(PackageError::WrongWorld { missing: "source", .. })), "{refused:?}");
    }
}
