//! Serves a generated organisation as api.github.com would, on loopback, until it is interrupted.

use std::net::{Ipv4Addr, SocketAddr};

use anyhow::{Context, Result, bail};
use jiff::Timestamp;
use weighbridge_tests::upstream::{Organisation, Upstream, serve};

const USAGE: &str =
    "upstream [--port PORT] [--now INSTANT] [--seed NUMBER] [--token TOKEN] [--fail-every N] [--rate-limit N]";

#[tokio::main]
async fn main() -> Result<()> {
    let (port, upstream) = read(std::env::args().skip(1))?;
    let handle = serve(SocketAddr::from((Ipv4Addr::LOCALHOST, port)), upstream).await.context("cannot listen")?;
    announce(&handle.origin());
    handle.forever().await.context("the server ended")
}

#[expect(clippy::print_stdout, reason = "the line that its starter waits for")]
fn announce(origin: &str) {
    println!("listening on {origin}");
}

fn read(mut arguments: impl Iterator<Item = String>) -> Result<(u16, Upstream)> {
    let (mut port, mut seed, mut now) = (0, 20_260_301, Timestamp::now());
    let (mut token, mut fail_every, mut rate_limit) = (None, None, None);
    while let Some(name) = arguments.next() {
        let value = arguments.next().with_context(|| format!("`{name}` needs a value: {USAGE}"))?;
        let wrong = || format!("`{name}` cannot be {value:?}");
        match name.as_str() {
            "--port" => port = value.parse().with_context(wrong)?,
            "--now" => now = value.parse().with_context(wrong)?,
            "--seed" => seed = value.parse().with_context(wrong)?,
            "--fail-every" => fail_every = Some(value.parse().with_context(wrong)?),
            "--rate-limit" => rate_limit = Some(value.parse().with_context(wrong)?),
            "--token" => token = Some(value),
            _ => bail!("there is no `{name}`: {USAGE}"),
        }
    }
    let mut upstream = Upstream::new(Organisation::generate(now, seed));
    if let Some(token) = token {
        upstream = upstream.token(token);
    }
    if let Some(requests) = fail_every {
        upstream = upstream.fail_every(requests);
    }
    if let Some(requests) = rate_limit {
        upstream = upstream.rate_limit(requests);
    }
    Ok((port, upstream))
}
