//! One request and its answer: token, faults and limit first, then the thing, in pages and with a tag.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};

use super::organisation::Organisation;
use super::routes::{self, Found, Query};
use super::shapes::API;

/// GitHub's largest page.
const LARGEST: usize = 100;
const DEFAULT: usize = 30;
/// Requests within a window where no limit is set: more than any test makes.
const UNLIMITED: u64 = 1_000_000;
/// The length of a window, in seconds.
const WINDOW: u64 = 3600;

/// A request, as far as it matters.
#[derive(Debug, Clone, Copy, Default)]
pub struct Asked<'a> {
    /// The method.
    pub method: &'a str,
    /// The path.
    pub path: &'a str,
    /// The query, without `?`.
    pub query: &'a str,
    /// The header `authorization`.
    pub authorization: Option<&'a str>,
    /// The header `if-none-match`.
    pub if_none_match: Option<&'a str>,
}

/// An answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The status code.
    pub status: u16,
    /// The headers.
    pub headers: Vec<(&'static str, String)>,
    /// The body.
    pub body: Vec<u8>,
}

/// The organisation behind GitHub's manners.
#[derive(Debug)]
pub struct Upstream {
    organisation: Organisation,
    token: Option<String>,
    fail_every: Option<u64>,
    limit: u64,
    asked: AtomicU64,
    window: Window,
}

/// The requests of the present window.
#[derive(Debug, Default)]
struct Window {
    number: AtomicU64,
    used: AtomicU64,
}

impl Upstream {
    /// An upstream without faults that takes any token.
    #[must_use]
    pub fn new(organisation: Organisation) -> Self {
        let (asked, window) = (AtomicU64::new(0), Window::default());
        Self { organisation, token: None, fail_every: None, limit: UNLIMITED, asked, window }
    }

    /// Answer 401 to every other token, and to none.
    #[must_use]
    pub fn token(mut self, token: impl Into<String>) -> Self {
        self.token = Some(token.into());
        self
    }

    /// Answer every so-manieth request by 502.
    #[must_use]
    pub fn fail_every(mut self, requests: u64) -> Self {
        self.fail_every = Some(requests.max(1));
        self
    }

    /// Answer only so many requests an hour, and 429 to the others.
    #[must_use]
    pub fn rate_limit(mut self, requests: u64) -> Self {
        self.limit = requests;
        self
    }

    /// Requests so far.
    pub fn requests(&self) -> u64 {
        self.asked.load(Ordering::Relaxed)
    }

    /// Answer a request.
    pub fn answer(&self, asked: &Asked<'_>) -> Answer {
        let number = self.asked.fetch_add(1, Ordering::Relaxed) + 1;
        let seconds = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
        let used = self.window.count(seconds / WINDOW);
        let wait = WINDOW - seconds % WINDOW;
        let mut answer = self.judge(asked, number, used);
        if answer.status == 429 {
            answer.headers.push(("retry-after", wait.to_string()));
        }
        answer.headers.extend([
            ("content-type", "application/json; charset=utf-8".to_owned()),
            ("x-ratelimit-limit", self.limit.to_string()),
            ("x-ratelimit-remaining", self.limit.saturating_sub(used).to_string()),
            ("x-ratelimit-reset", (seconds + wait).to_string()),
            ("x-ratelimit-used", used.min(self.limit).to_string()),
            ("x-ratelimit-resource", "core".to_owned()),
        ]);
        answer
    }

    fn judge(&self, asked: &Asked<'_>, number: u64, used: u64) -> Answer {
        if !self.accepts(asked.authorization) {
            return refusal(401, "Bad credentials");
        }
        if used > self.limit {
            return refusal(429, "API rate limit exceeded");
        }
        if self.fail_every.is_some_and(|every| number.is_multiple_of(every)) {
            return refusal(502, "Server Error");
        }
        if asked.method != "GET" {
            return refusal(404, "Not Found");
        }
        let query = Query::parse(asked.query);
        match routes::find(&self.organisation, asked.path, &query) {
            Some(found) => tagged(page(&found, &query, asked.query), asked.if_none_match),
            None => refusal(404, "Not Found"),
        }
    }

    fn accepts(&self, authorization: Option<&str>) -> bool {
        let Some(token) = &self.token else { return true };
        let given =
            authorization.and_then(|value| value.strip_prefix("Bearer ").or_else(|| value.strip_prefix("token ")));
        given == Some(token.as_str())
    }
}

impl Window {
    fn count(&self, number: u64) -> u64 {
        if self.number.swap(number, Ordering::Relaxed) != number {
            self.used.store(0, Ordering::Relaxed);
        }
        self.used.fetch_add(1, Ordering::Relaxed) + 1
    }
}

fn refusal(status: u16, message: &str) -> Answer {
    let documentation = "https://docs.github.com/rest";
    let body = json!({ "message": message, "documentation_url": documentation, "status": status.to_string() });
    Answer { status, headers: Vec::new(), body: body.to_string().into_bytes() }
}

/// One thing, or the page of a list that the query asks for.
fn page(found: &Found<'_>, query: &Query<'_>, text: &str) -> Answer {
    let (headers, body): (_, Value) = match found {
        Found::One(value) => (Vec::new(), value.clone()),
        Found::List { length, canonical, .. } => {
            let size = query.number("per_page", DEFAULT).min(LARGEST);
            let number = query.number("page", 1);
            let from = ((number - 1) * size).min(*length);
            let links = links(canonical, text, number, length.div_ceil(size));
            (links, found.body(from, (from + size).min(*length)))
        }
    };
    Answer { status: 200, headers, body: body.to_string().into_bytes() }
}

/// The header `Link`, in GitHub's order.
fn links(canonical: &str, query: &str, number: usize, last: usize) -> Vec<(&'static str, String)> {
    let others: Vec<&str> =
        query.split('&').filter(|parameter| !parameter.is_empty() && !parameter.starts_with("page=")).collect();
    let link = |page: usize, relation: &str| {
        let own = format!("page={page}");
        let query: Vec<&str> = others.iter().copied().chain([own.as_str()]).collect();
        format!("<{API}{canonical}?{}>; rel=\"{relation}\"", query.join("&"))
    };
    let mut links = Vec::new();
    if number > 1 {
        links.push(link(number - 1, "prev"));
    }
    if number < last {
        links.extend([link(number + 1, "next"), link(last, "last")]);
    }
    if number > 1 {
        links.push(link(1, "first"));
    }
    if links.is_empty() { Vec::new() } else { vec![("link", links.join(", "))] }
}

/// With its tag, and 304 without a body where that is known.
fn tagged(mut answer: Answer, known: Option<&str>) -> Answer {
    let mut hasher = DefaultHasher::new();
    answer.body.hash(&mut hasher);
    let etag = format!("W/\"{:016x}\"", hasher.finish());
    if known == Some(etag.as_str()) {
        answer = Answer { status: 304, body: Vec::new(), ..answer };
    }
    answer.headers.push(("etag", etag));
    answer
}
