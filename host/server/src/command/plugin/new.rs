//! `weighbridge plugin new`: the skeleton of a connector, ready to build.

use std::fs;
use std::path::{Path, PathBuf};

use domain::PluginId;
use serde::Serialize;

use crate::command::CommandError;
use crate::output::Output;

/// The files of the skeleton; `{{…}}` is filled in.
const FILES: &[(&str, &str)] = &[
    ("Cargo.toml", include_str!("template/Cargo.toml.template")),
    ("plugin.toml", include_str!("template/plugin.toml.template")),
    ("README.md", include_str!("template/README.md.template")),
    ("src/lib.rs", include_str!("template/src/lib.rs.template")),
    (".gitignore", "/target\n/*.wasm\n/*.dsse\n/*.pem\n"),
];

#[derive(Serialize)]
struct Written {
    plugin: PluginId,
    directory: PathBuf,
}

pub(super) fn run(
    id: &str,
    directory: Option<PathBuf>,
    sdk: Option<&Path>,
    output: Output,
) -> Result<(), CommandError> {
    let plugin: PluginId = id.parse().map_err(|error| CommandError::usage(format!("{error}")))?;
    let directory = directory.unwrap_or_else(|| PathBuf::from(plugin.name()));
    if fs::read_dir(&directory).is_ok_and(|mut entries| entries.next().is_some()) {
        return Err(CommandError::usage(format!(
            "`{}` is not empty: name another folder with --directory",
            directory.display()
        )));
    }
    let sdk = dependency(sdk)?;
    for (name, text) in FILES {
        let path = directory.join(name);
        let folder = path.parent().unwrap_or(&directory);
        fs::create_dir_all(folder).map_err(CommandError::io("making", folder))?;
        fs::write(&path, filled(text, &plugin, &sdk)).map_err(CommandError::io("writing", &path))?;
    }
    let written = Written { plugin, directory };
    output.say(&written, || {
        format!("{} is in `{}`: build it with `weighbridge plugin build`", written.plugin, written.directory.display())
    });
    Ok(())
}

/// What stands behind `weighbridge-sdk =`. The SDK is not published: a registry's crate of its name would be a stranger's.
fn dependency(sdk: Option<&Path>) -> Result<String, CommandError> {
    let path = sdk.ok_or_else(|| {
        CommandError::usage(
            "the SDK is not published: say where it lies with `--sdk`, `sdk/rust` of a clone of Weighbridge",
        )
    })?;
    let manifest = fs::read_to_string(path.join("Cargo.toml")).unwrap_or_default();
    if !manifest.contains("name = \"weighbridge-sdk\"") {
        return Err(CommandError::usage(format!(
            "the SDK is not in `{}`: it is in `sdk/rust` of a clone of Weighbridge",
            path.display()
        )));
    }
    let path = fs::canonicalize(path).map_err(CommandError::io("looking for the SDK at", path))?;
    Ok(format!("{{ path = {} }}", toml::Value::String(path.display().to_string())))
}

fn filled(text: &str, plugin: &PluginId, sdk: &str) -> String {
    let title = plugin.name().replace('-', " ");
    text.replace("{{id}}", plugin.as_str())
        .replace("{{name}}", plugin.name())
        .replace("{{title}}", &title)
        .replace("{{sdk}}", sdk)
}
