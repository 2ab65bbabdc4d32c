//! Recorded objects, served as GitHub serves its own.

use std::collections::BTreeMap;

use serde_json::Value;
use weighbridge_tests::upstream::{Answer, Asked};

/// What is served under which path.
#[derive(Default)]
pub(super) struct Served {
    lists: BTreeMap<String, List>,
    things: BTreeMap<String, Value>,
}

struct List {
    items: Vec<Value>,
    /// The key that the list is below; none for a bare array.
    below: Option<&'static str>,
}

impl Served {
    /// A list under this path. What was recorded more than once, by `id` or `sha`, is there once, as it was last.
    pub(super) fn list(mut self, path: &str, items: Vec<Value>) -> Self {
        self.lists.insert(path.to_owned(), List { items, below: None });
        self
    }

    /// A list that lies below a key, beside its count.
    pub(super) fn list_below(mut self, path: &str, key: &'static str, items: Vec<Value>) -> Self {
        self.lists.insert(path.to_owned(), List { items, below: Some(key) });
        self
    }

    /// One thing under this path.
    pub(super) fn thing(mut self, path: &str, thing: Value) -> Self {
        self.things.insert(path.to_owned(), thing);
        self
    }

    /// Answer a request. Links go by the repository's number, as GitHub's do.
    pub(super) fn answer(&self, asked: &Asked<'_>) -> Answer {
        let path = asked.path.replacen("/repositories/1/", "/repos/", 1);
        let number = asked.path.starts_with("/repositories/1/");
        let found = match number {
            true => self.lists.iter().find(|(known, _)| tail(known) == path.trim_start_matches("/repos/")),
            false => self.lists.get_key_value(&path),
        };
        match (found, self.things.get(&path)) {
            (Some((path, list)), _) => list.page(path, asked.query),
            (None, Some(thing)) => json(200, Vec::new(), thing),
            (None, None) => json(404, Vec::new(), &serde_json::json!({ "message": "Not Found" })),
        }
    }
}

impl List {
    fn page(&self, path: &str, query: &str) -> Answer {
        let get = |name: &str| query.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='));
        let at = |item: &Value| item["updated_at"].as_str().unwrap_or_default().to_owned();
        let since = get("since").unwrap_or_default();
        let mut items: Vec<&Value> = self.items.iter().filter(|item| at(item).as_str() >= since).collect();
        if get("sort") == Some("updated") {
            items.sort_by_key(|item| at(item));
            if get("direction") == Some("desc") {
                items.reverse();
            }
        }
        let number = |name, default| get(name).and_then(|text| text.parse().ok()).unwrap_or(default);
        let (size, page): (usize, usize) = (number("per_page", 30), number("page", 1));
        let more = items.len() > page * size;
        let shown: Vec<&Value> = items.iter().copied().skip((page - 1) * size).take(size).collect();
        let mut headers = Vec::new();
        if more {
            let others: Vec<_> = query.split('&').filter(|pair| !pair.starts_with("page=")).collect();
            let link = format!(
                "<https://api.github.com/repositories/1/{}?{}&page={}>; rel=\"next\"",
                tail(path),
                others.join("&"),
                page + 1
            );
            headers.push(("link", link));
        }
        match self.below {
            Some(key) => json(200, headers, &serde_json::json!({ "total_count": items.len(), key: shown })),
            None => json(200, headers, &serde_json::json!(shown)),
        }
    }
}

/// What comes after `/repos/OWNER/NAME/`.
fn tail(path: &str) -> &str {
    path.splitn(5, '/').nth(4).unwrap_or_default()
}

fn json(status: u16, mut headers: Vec<(&'static str, String)>, body: &Value) -> Answer {
    headers.push(("content-type", "application/json; charset=utf-8".to_owned()));
    Answer { status, headers, body: body.to_string().into_bytes() }
}
