//! One ear on loopback, for as long as a consent takes.
//!
//! The rule: it hears this machine alone, believes a callback only by its state, repeats nothing of what it was sent, and
//! is closed when the answer has come. What does not belong to the consent is turned away, and changes nothing.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use secrecy::SecretString;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use crate::command::CommandError;
use crate::oauth::{CallbackError, Consent};

/// The path that the provider sends browsers to.
const PATH: &str = "/callback";
/// The longest request that is read, in bytes, and how long it may take.
const LONGEST: usize = 16 * 1024;
const PATIENCE: Duration = Duration::from_secs(5);

pub(super) struct Listener {
    socket: TcpListener,
    uri: String,
    /// What a browser that was sent here names as its host: a page that had its own name resolved to loopback names that.
    host: String,
}

impl Listener {
    /// Listen on this port of 127.0.0.1; 0 for any.
    pub(super) async fn bind(port: u16) -> Result<Self, CommandError> {
        let cannot = |error: io::Error| CommandError::failed(format!("listening on 127.0.0.1:{port}: {error}"));
        let socket = TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, port))).await.map_err(cannot)?;
        let host = socket.local_addr().map_err(cannot)?.to_string();
        Ok(Self { socket, uri: format!("http://{host}{PATH}"), host })
    }

    /// What the provider is told to send browsers to.
    pub(super) fn uri(&self) -> &str {
        &self.uri
    }

    /// The code of this consent. Others' callbacks are passed over.
    pub(super) async fn answer(self, consent: &Consent) -> Result<SecretString, CommandError> {
        loop {
            let Ok((mut stream, _)) = self.socket.accept().await else { continue };
            // One who says nothing must not keep the person who consents waiting for long.
            let heard = tokio::time::timeout(PATIENCE, head(&mut stream)).await;
            let Ok(Ok(head)) = heard else { continue };
            let Some(query) = self.query(&head) else {
                drop(say(stream, "404 Not Found", "There is nothing here.").await);
                continue;
            };
            match consent.code(query) {
                Ok(code) => {
                    drop(say(stream, "200 OK", "Thank you. You can close this window.").await);
                    return Ok(code);
                }
                Err(CallbackError::Foreign) => {
                    drop(
                        say(stream, "400 Bad Request", "This does not belong to the authorization that is awaited.")
                            .await,
                    );
                }
                Err(error) => {
                    drop(say(stream, "400 Bad Request", "The authorization failed: the terminal says why.").await);
                    return Err(CommandError::because(&error));
                }
            }
        }
    }

    /// The query of a callback: a GET of the one path, of a browser that was sent to this very address.
    fn query<'h>(&self, head: &'h str) -> Option<&'h str> {
        let mut lines = head.split("\r\n");
        let target = lines.next()?.strip_prefix("GET ")?.strip_suffix(" HTTP/1.1")?;
        let mut hosts = lines.filter_map(|line| {
            let (name, value) = line.split_once(':')?;
            name.eq_ignore_ascii_case("host").then(|| value.trim())
        });
        let is_ours = hosts.next() == Some(&self.host) && hosts.next().is_none();
        let (path, query) = target.split_once('?')?;
        (is_ours && path == PATH).then_some(query)
    }
}

/// A request's line and headers.
async fn head(stream: &mut TcpStream) -> io::Result<String> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        if head.len() == LONGEST {
            return Err(io::ErrorKind::InvalidData.into());
        }
        head.push(stream.read_u8().await?);
    }
    String::from_utf8(head).map_err(|_| io::ErrorKind::InvalidData.into())
}

async fn say(mut stream: TcpStream, status: &str, sentence: &str) -> io::Result<()> {
    let length = sentence.len();
    let answer = format!(
        "HTTP/1.1 {status}\r\ncontent-type: text/plain; charset=utf-8\r\ncontent-length: {length}\r\n\
         cache-control: no-store\r\nreferrer-policy: no-referrer\r\nx-content-type-options: nosniff\r\n\
         content-security-policy: default-src 'none'\r\nconnection: close\r\n\r\n{sentence}"
    );
    stream.write_all(answer.as_bytes()).await?;
    stream.shutdown().await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn only_a_browser_that_was_sent_here_is_heard() {
        let listener = Listener::bind(0).await.expect("a port");
        let host = listener.host.clone();
        assert!(host.starts_with("127.0.0.1:") && listener.uri() == format!("http://{host}/callback"));
        let asked = |line: &str, host: &str| format!("{line}\r\nHost: {host}\r\nAccept: */*\r\n\r\n");
        let good = asked("GET /callback?code=a&state=b HTTP/1.1", &host);
        assert_eq!(listener.query(&good), Some("code=a&state=b"));
        for head in [
            asked("POST /callback?code=a&state=b HTTP/1.1", &host),
            asked("GET /callback HTTP/1.1", &host),
            asked("GET /callback/?code=a HTTP/1.1", &host),
            asked("GET /favicon.ico?x HTTP/1.1", &host),
            asked("GET /callback?code=a&state=b HTTP/1.0", &host),
            asked("GET /callback?code=a&state=b HTTP/1.1", "rebound.example.test"),
            asked("GET /callback?code=a&state=b HTTP/1.1", "127.0.0.1"),
            format!("GET /callback?code=a HTTP/1.1\r\nHost: {host}\r\nHost: {host}\r\n\r\n"),
            "GET /callback?code=a HTTP/1.1\r\n\r\n".to_owned(),
        ] {
            assert_eq!(listener.query(&head), None, "{head}");
        }
    }
}
