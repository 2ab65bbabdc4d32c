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
    for (name, text) in FILES {
        let path = directory.join(name);
        let folder = path.parent().unwrap_or(&directory);
        fs::create_dir_all(folder).map_err(CommandError::io("making", folder))?;
        fs::write(&path, filled(text, &plugin, &dependency(sdk)?)).map_err(CommandError::io("writing", &path))?;
    }
    let written = Written { plugin, directory };
    output.say(&written, || {
        format!("{} is in `{}`: build it with `weighbridge plugin build`", written.plugin, written.directory.display())
    });
    Ok(())
}

/// What stands behind `weighbridge-sdk =`.
fn dependency(sdk: Option<&Path>) -> Result<String, CommandError> {
    match sdk {
        None => Ok(format!("\"{}\"", env!("CARGO_PKG_VERSION"))),
        Some(path) => {
            let path = fs::canonicalize(path).map_err(CommandError::io("looking for the SDK at", path))?;
            Ok(format!("{{ path = {:?} }}", path.display().to_string()))
        }
    }
}

fn filled(text: &str, plugin: &PluginId, sdk: &str) -> String {
    let title = plugin.name().replace('-', " ");
    text.replace("{{id}}", plugin.as_str())
        .replace("{{name}}", plugin.name())
        .replace("{{title}}", &title)
        .replace("{{sdk}}", sdk)
}
