//! Lists with `since`, oldest change first.
//!
//! Not the page number is what is kept but the instant of the last item: while the list is walked, things that change move
//! to its end and all behind them move up, so that a page number would skip some. `since` includes its own second, hence a
//! few items come twice. Only where a whole page shares one second is the page number needed.
//!
//! The walk rests on its last page and asks for that one again, with its entity tag, until it has grown a successor.

use serde::{Deserialize, Serialize};
use weighbridge_sdk::Failure;
use weighbridge_sdk::http::Response;

use crate::api;

/// Where a walk stands.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Ascent {
    since: Option<String>,
    page: u32,
    etag: Option<String>,
}

/// How a walk goes on.
#[derive(Debug)]
pub(crate) struct Step {
    /// Where the walk stands now.
    pub(crate) walk: Ascent,
    /// Whether there is more.
    pub(crate) more: bool,
}

impl Ascent {
    pub(crate) fn new(since: Option<String>) -> Self {
        Self { since, page: 1, etag: None }
    }

    /// Ask for the page; none where it has not changed, or there is no such list.
    pub(crate) fn fetch(&self, list: &str) -> Result<Option<Response>, Failure> {
        let since = self.since.as_ref().map(|since| format!("&since={since}")).unwrap_or_default();
        let page = if self.page > 1 { format!("&page={}", self.page) } else { String::new() };
        let mark = if list.contains('?') { '&' } else { '?' };
        let path = format!("{list}{mark}sort=updated&direction=asc&per_page={}{since}{page}", api::PER_PAGE);
        api::list(api::request(&path).if_none_match(self.etag.as_deref()))
    }

    /// Go on from a page, whose items changed last at these instants, in order.
    pub(crate) fn step<'a>(
        &self,
        response: &Response,
        changes: impl Iterator<Item = &'a str>,
    ) -> Result<Step, Failure> {
        let more = api::next(response)?.is_some();
        let Some(last) = changes.last().filter(|_| more) else {
            return Ok(Step { walk: Self { etag: response.etag(), ..self.clone() }, more: false });
        };
        let walk = match self.since.as_deref() {
            Some(since) if last < since => {
                return Err(Failure::invalid_data(format!("{} is not in the order asked for", response.url())));
            }
            Some(since) if last == since => Self { page: self.page + 1, etag: None, ..self.clone() },
            _ => Self::new(Some(last.to_owned())),
        };
        Ok(Step { walk, more: true })
    }
}
