//! What a statement's text is on each engine.
//!
//! | marker | SQLite | PostgreSQL |
//! |---|---|---|
//! | `@table` | the table | its rows of the transaction's workspace |
//! | `{mine} AND` | nothing | `workspace_id = $N AND`, for `UPDATE` and `DELETE` |
//! | `{mine}` alone | `TRUE` | `workspace_id = $N` |
//! | `{scope}` | nothing | `workspace_id, `, in the columns of an `INSERT` or of a key |
//! | `{scoped}` | nothing | `$N, `, in the values of an `INSERT` |
//! | `{each X AS j}` | the elements of a JSON array of texts: `j.value`, in the order of `j.key` | the same |
//! | `{rows X AS j}` | the elements of a JSON array of arrays or objects: `j.value->>…` | the same |
//! | `{entries X AS j}` | the members of a JSON object: `j.key`, `j.value` | the same |
//! | `{records X table}` | the elements of a JSON array of records as `j` | the same, each also as a row `r` of the table |
//! | `{field name}` | what a record has under the name of a column | the same, with the column's type |
//! | `{path $.a.b}` | what a record has at a path | the same |
//! | `{list X}` | the elements of a JSON array of texts, behind `IN` | the same |
//! | `{int X}`, `{real X}` | a number that JSON has | the same |
//! | `{id X}`, `{bytes X}` | bytes that JSON has in hexadecimal | the same |
//! | `{array X}` | the values of a group as a JSON array | the same |
//! | `{length X}` | how many elements a JSON array has | the same |
//! | `{least X, Y}` | the lesser, null if one is | the lesser, the other one if one is null |
//! | `{or fail}` | leaves out the journal of the statement | nothing |
//! | `{skip locked}` | nothing: there is one writer | passes over rows that another transaction has |
//! | `{then}JOIN` | a join in the order in which it is written | a join |
//! | `{by index}` | that index or an error | nothing |
//! | `{like}` | without regard to case in ASCII | `ILIKE` |

/// A text for PostgreSQL.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Scoped {
    pub(crate) text: &'static str,
    /// Whether its last parameter is the workspace.
    pub(crate) is_scoped: bool,
}

pub(super) fn sqlite(template: &str) -> String {
    render(template, |piece| match piece {
        Piece::Table(name, _) => name.to_owned(),
        Piece::Mine { alone: true } => "TRUE".to_owned(),
        Piece::Mine { alone: false } => String::new(),
        Piece::Marker(word, of) => match word {
            "scope" | "scoped" | "skip" => String::new(),
            "each" | "entries" => format!("json_each({}) AS {}", named(of).0, named(of).1),
            "rows" => format!("jsonb_each({}) AS {}", named(of).0, named(of).1),
            "records" => format!("jsonb_each({}) AS j", of.split(' ').next().unwrap_or_default()),
            "field" | "path" => format!("j.value->>'{of}'"),
            "list" => format!("(SELECT value FROM json_each({of}))"),
            "int" | "real" => of.to_owned(),
            "id" | "bytes" => format!("unhex({of})"),
            "array" => format!("json_group_array({of})"),
            "length" => format!("json_array_length({of})"),
            "least" => format!("MIN({of})"),
            "or" => " OR FAIL".to_owned(),
            "then" => "CROSS ".to_owned(),
            "by" => format!(" INDEXED BY {of}"),
            "like" => "LIKE".to_owned(),
            _ => unknown(word, template),
        },
    })
}

pub(super) fn postgres(template: &str) -> Scoped {
    bound(template, true)
}

/// As if the statement were not bound to a workspace in what it reads, changes and deletes: only tests ask for it, to see
/// what the other wall holds by itself.
#[cfg(test)]
pub(super) fn unbound_postgres(template: &str) -> Scoped {
    bound(template, false)
}

fn bound(template: &str, is_bound: bool) -> Scoped {
    let workspace = format!("${}", parameters(template) + 1);
    let mut is_scoped = false;
    let text = render(template, |piece| {
        is_scoped |= match piece {
            Piece::Table(..) | Piece::Mine { .. } => is_bound,
            Piece::Marker(word, _) => word == "scoped",
        };
        match piece {
            Piece::Table(name, _) if !is_bound => name.to_owned(),
            Piece::Mine { alone } if !is_bound => format!("TRUE{}", if alone { "" } else { " AND " }),
            Piece::Table(name, named) => {
                let alias = if named { String::new() } else { format!(" AS {name}") };
                format!("(SELECT * FROM {name} WHERE workspace_id = {workspace}){alias}")
            }
            Piece::Mine { alone } => {
                format!("workspace_id = {workspace}{}", if alone { "" } else { " AND " })
            }
            Piece::Marker(word, of) => match word {
                "scope" => "workspace_id, ".to_owned(),
                "scoped" => format!("{workspace}, "),
                "each" => {
                    let (json, name) = named(of);
                    format!("jsonb_array_elements_text(({json})::jsonb) WITH ORDINALITY AS {name}(value, key)")
                }
                "rows" => format!("jsonb_array_elements(({})::jsonb) AS {}(value)", named(of).0, named(of).1),
                "entries" => format!("jsonb_each_text(({})::jsonb) AS {}(key, value)", named(of).0, named(of).1),
                "records" => {
                    let (json, table) = of.split_once(' ').unwrap_or((of, ""));
                    format!(
                        "json_array_elements({json}::json) AS j(value), json_populate_record(NULL::{table}, j.value) AS r"
                    )
                }
                "field" => format!("r.{of}"),
                "path" => format!("j.value#>>'{{{}}}'", of.trim_start_matches("$.").replace('.', ",")),
                "list" => format!("(SELECT jsonb_array_elements_text(({of})::jsonb))"),
                "int" => format!("({of})::bigint"),
                "real" => format!("({of})::double precision"),
                "id" => format!("({of})::uuid"),
                "bytes" => format!("decode({of}, 'hex')"),
                "array" => format!("COALESCE(json_agg({of})::text, '[]')"),
                "length" => format!("json_array_length(({of})::json)"),
                "least" => format!("LEAST({of})"),
                "or" | "then" | "by" => String::new(),
                "like" => "ILIKE".to_owned(),
                "skip" => " FOR UPDATE SKIP LOCKED".to_owned(),
                _ => unknown(word, template),
            },
        }
    });
    Scoped { text: text.leak(), is_scoped }
}

/// A part of a template that is not written as it stands.
enum Piece<'t> {
    /// A table, and whether a name follows it.
    Table(&'t str, bool),
    Mine {
        alone: bool,
    },
    /// The marker's first word, and the rest.
    Marker(&'t str, &'t str),
}

/// Writes a template, each piece as `write` has it.
fn render(template: &str, mut write: impl FnMut(Piece<'_>) -> String) -> String {
    let mut text = String::with_capacity(template.len() * 2);
    let mut rest = template;
    while let Some(at) = rest.find(['@', '{']) {
        let (before, from) = rest.split_at(at);
        text.push_str(before);
        let inner = &from[1..];
        let end = inner.find(|c: char| !(c.is_ascii_lowercase() || c == '_')).unwrap_or(inner.len());
        if from.starts_with('@') {
            rest = &inner[end..];
            match &inner[..end] {
                "" => text.push('@'),
                name => text.push_str(&write(Piece::Table(name, rest.starts_with(" AS ")))),
            }
            continue;
        }
        let (marker, after) = inner.split_once('}').unwrap_or((inner, ""));
        let after_and = after.strip_prefix(" AND ");
        rest = if marker == "mine" { after_and.unwrap_or(after) } else { after };
        text.push_str(&match marker.split_once(' ').unwrap_or((marker, "")) {
            ("", _) => "{}".to_owned(),
            ("mine", _) => write(Piece::Mine { alone: after_and.is_none() }),
            (word, of) => write(Piece::Marker(word, of)),
        });
    }
    text + rest
}

/// The highest number of a parameter.
fn parameters(template: &str) -> usize {
    let numbers = template.split('$').skip(1).map(|after| {
        let end = after.find(|c: char| !c.is_ascii_digit()).unwrap_or(after.len());
        after[..end].parse().unwrap_or(0)
    });
    numbers.max().unwrap_or(0)
}

/// JSON, and the name that its parts have in the statement.
fn named(of: &str) -> (&str, &str) {
    of.split_once(" AS ").unwrap_or((of, "j"))
}

/// Statements are constants, and a test renders every one of them.
fn unknown(word: &str, template: &str) -> ! {
    panic!("`{word}` is no marker: {template}")
}
