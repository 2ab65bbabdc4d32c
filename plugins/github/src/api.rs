//! How api.github.com is asked.

use weighbridge_sdk::http::{self, Request, Response};
use weighbridge_sdk::{Failure, log};

const ORIGIN: &str = "https://api.github.com";
/// GitHub gives at most this many items a page.
pub(crate) const PER_PAGE: usize = 100;

/// A request for a path and query.
pub(crate) fn request(path: &str) -> Request {
    http::get(format!("{ORIGIN}{path}"))
        .header("accept", "application/vnd.github+json")
        .header("x-github-api-version", "2022-11-28")
        .auth("token")
}

/// Ask, and take no refusal.
pub(crate) fn get(path: &str) -> Result<Response, Failure> {
    request(path).send()?.check()
}

/// Ask for what may rightly not be there.
pub(crate) fn find(path: &str) -> Result<Option<Response>, Failure> {
    let response = request(path).send()?;
    if response.status() == 404 { Ok(None) } else { response.check().map(Some) }
}

/// Ask for a page of a list: none where it is unchanged, and where the repository has no such list: 409 says that it is
/// empty, 410 that its issues are switched off, 422 that GitHub goes no further back.
pub(crate) fn list(request: Request) -> Result<Option<Response>, Failure> {
    let response = request.send()?;
    match response.status() {
        304 => Ok(None),
        status @ (409 | 410 | 422) => {
            log::warn!("{} answered {status}: no more of this list", response.url());
            Ok(None)
        }
        _ => response.check().map(Some),
    }
}

/// Path and query of the next page.
///
/// A link is what the source says, so it is held against what was asked: it stays on the host, and it moves on.
pub(crate) fn next(response: &Response) -> Result<Option<String>, Failure> {
    let links = response.links();
    let Some(target) = links.next() else { return Ok(None) };
    let here = response.url().strip_prefix(ORIGIN).unwrap_or_default();
    let rest = target.strip_prefix("https://api.github.com/").or_else(|| target.strip_prefix("http://api.github.com/"));
    let Some(rest) = rest else {
        return Err(Failure::invalid_data(format!("the page {here} links to another host for the next: {target}")));
    };
    let there = format!("/{rest}");
    if there == here || page(&there).is_some_and(|next| next <= page(here).unwrap_or(1)) {
        return Err(Failure::invalid_data(format!("the page {here} links to itself or back: {target}")));
    }
    Ok(Some(there))
}

/// The number of a page, as its query says.
fn page(path: &str) -> Option<u64> {
    let (_, query) = path.split_once('?')?;
    query.split('&').find_map(|parameter| parameter.strip_prefix("page="))?.parse().ok()
}
