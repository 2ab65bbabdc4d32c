//! Defaults, file and environment laid over one another, with the place of each mistake.

use std::ffi::OsString;
use std::path::PathBuf;

use toml::de::{DeTable, DeValue};
use toml::{Table, Value};

/// Variables that start so are ours.
const PREFIX: &str = "WEIGHBRIDGE__";

/// Tables whose keys the operator chooses.
const OPEN: &[&str] = &["egress.private_networks"];

/// Why a configuration cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("cannot read `{}` (`weighbridge init` writes one)", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The file that a variable names cannot be read.
    #[error("{variable}: cannot read `{}`", path.display())]
    UnreadableValue {
        /// The variable.
        variable: String,
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The file is not TOML.
    #[error("{name}: {problem}")]
    Syntax {
        /// The file.
        name: String,
        /// Where and why.
        problem: String,
    },
    /// A key that does not exist.
    #[error("{place}: there is no key `{key}`{suggestion}")]
    UnknownKey {
        /// File, line and column, or the variable.
        place: String,
        /// The key.
        key: String,
        /// `; did you mean …?`, or nothing.
        suggestion: String,
    },
    /// A value that does not fit its key.
    #[error("the value of `{key}` does not fit: {problem}")]
    Value {
        /// The key.
        key: String,
        /// Why.
        problem: String,
    },
}

/// All layers in one table.
pub(super) fn merge(
    defaults: &str,
    text: &str,
    name: &str,
    environment: impl Iterator<Item = (OsString, OsString)>,
) -> Result<Value, ConfigError> {
    let syntax = |problem: toml::de::Error| ConfigError::Syntax { name: name.to_owned(), problem: problem.to_string() };
    let mut merged: Table = defaults.parse().map_err(syntax)?;
    let spanned = DeTable::parse(text).map_err(syntax)?;
    check_keys(&merged, spanned.get_ref(), "", &|at| place(name, text, at))?;
    lay(&mut merged, text.parse().map_err(syntax)?);
    for (variable, value) in environment {
        // Other programs' variables may be any bytes, and are nothing to us.
        if variable.as_encoded_bytes().starts_with(PREFIX.as_bytes()) {
            let (variable, value) = readable(variable, value)?;
            lay_variable(&mut merged, &variable, &variable[PREFIX.len()..], value)?;
        }
    }
    Ok(Value::Table(merged))
}

/// The name and the value of a variable of ours, which are text.
fn readable(variable: OsString, value: OsString) -> Result<(String, String), ConfigError> {
    let shown = variable.to_string_lossy().into_owned();
    variable
        .into_string()
        .and_then(|variable| Ok((variable, value.into_string()?)))
        .map_err(|_| ConfigError::Value { key: shown, problem: "it is not UTF-8".to_owned() })
}

/// `file:line:column` of a byte.
fn place(name: &str, text: &str, at: usize) -> String {
    let before = &text[..at.min(text.len())];
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    format!("{name}:{line}:{column}")
}

/// Every key of the file must be one of the defaults'.
fn check_keys(
    known: &Table,
    given: &DeTable<'_>,
    path: &str,
    place: &dyn Fn(usize) -> String,
) -> Result<(), ConfigError> {
    for (key, value) in given {
        let full = join(path, key.get_ref());
        match (known.get(key.get_ref().as_ref()), value.get_ref()) {
            (Some(Value::Table(_)), _) if OPEN.contains(&full.as_str()) => {}
            (Some(Value::Table(inner)), DeValue::Table(table)) => check_keys(inner, table, &full, place)?,
            (Some(_), _) => {}
            (None, _) => return Err(unknown(place(key.span().start), &full, known)),
        }
    }
    Ok(())
}

fn join(path: &str, key: &str) -> String {
    if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") }
}

fn unknown(place: String, key: &str, known: &Table) -> ConfigError {
    let last = key.rsplit('.').next().unwrap_or_default();
    let suggestion = known
        .keys()
        .map(|candidate| (distance(last, candidate), candidate))
        .min()
        .filter(|(distance, _)| *distance <= 2)
        .map(|(_, candidate)| format!("; did you mean `{candidate}`?"))
        .unwrap_or_default();
    ConfigError::UnknownKey { place, key: key.to_owned(), suggestion }
}

/// Levenshtein's distance.
fn distance(left: &str, right: &str) -> usize {
    let right: Vec<char> = right.chars().collect();
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (i, a) in left.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, b) in right.iter().enumerate() {
            let substituted = diagonal + usize::from(a != *b);
            diagonal = row[j + 1];
            row[j + 1] = substituted.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[right.len()]
}

/// The upper table over the lower one, key by key.
fn lay(lower: &mut Table, upper: Table) {
    for (key, value) in upper {
        match (lower.get_mut(&key), value) {
            (Some(Value::Table(inner)), Value::Table(table)) => lay(inner, table),
            (_, value) => drop(lower.insert(key, value)),
        }
    }
}

/// One variable. Its text is read as a TOML value where it is one that fits the default's type, and as text otherwise.
fn lay_variable(merged: &mut Table, variable: &str, path: &str, text: String) -> Result<(), ConfigError> {
    let (path, text) = match path.strip_suffix("_FILE") {
        Some(bare) if !is_known(merged, path) => (bare, read_value(variable, &text)?),
        _ => (path, text),
    };
    let keys: Vec<String> = path.split("__").map(str::to_lowercase).collect();
    set(merged, &keys, 0, &text)
        .map_err(|(depth, known)| unknown(variable.to_owned(), &keys[..=depth].join("."), &known))
}

/// Write the value at the end of the path; a step that does not exist is given back with its neighbours.
fn set(table: &mut Table, keys: &[String], depth: usize, text: &str) -> Result<(), (usize, Table)> {
    let last = depth + 1 == keys.len();
    match table.get_mut(&keys[depth]) {
        Some(Value::Table(inner)) if !last => return set(inner, keys, depth + 1, text),
        Some(slot) if last && !slot.is_table() => {
            *slot = value_like(slot, text);
            return Ok(());
        }
        _ => {}
    }
    Err((depth, table.clone()))
}

fn is_known(table: &Table, path: &str) -> bool {
    let mut keys = path.split("__").map(str::to_lowercase);
    let Some(first) = keys.next() else { return false };
    keys.try_fold(table.get(&first), |value, key| Some(value?.as_table()?.get(&key))).flatten().is_some()
}

fn read_value(variable: &str, path: &str) -> Result<String, ConfigError> {
    std::fs::read_to_string(path)
        .map(|text| text.trim_end().to_owned())
        .map_err(|source| ConfigError::UnreadableValue { variable: variable.to_owned(), path: path.into(), source })
}

fn value_like(default: &Value, text: &str) -> Value {
    if default.is_str() {
        return Value::String(text.to_owned());
    }
    format!("v = {text}")
        .parse::<Table>()
        .ok()
        .and_then(|mut table| table.remove("v"))
        .unwrap_or_else(|| Value::String(text.to_owned()))
}
