//! As much of HTTP as a provider needs: one request with its form, one answer, and the connection is closed.

use std::collections::BTreeMap;
use std::io::{self, Read as _, Write as _};
use std::net::TcpStream;

/// A request.
#[derive(Debug, Default)]
pub(super) struct Asked {
    /// The method.
    pub(super) method: String,
    /// The path.
    pub(super) path: String,
    /// The query and the form, decoded.
    pub(super) parameters: BTreeMap<String, String>,
    /// The header `authorization`.
    pub(super) authorization: Option<String>,
    /// The request's line and all headers, as they came.
    pub(super) head: String,
}

/// An answer: status, one header, and a body.
#[derive(Debug, Clone)]
pub(super) struct Told {
    /// The status.
    pub(super) status: u16,
    /// A header.
    pub(super) header: (&'static str, String),
    /// The body.
    pub(super) body: Vec<u8>,
}

impl Asked {
    pub(super) fn read(mut stream: &TcpStream) -> io::Result<Self> {
        let mut head = Vec::new();
        let mut byte = [0];
        while !head.ends_with(b"\r\n\r\n") {
            stream.read_exact(&mut byte)?;
            head.push(byte[0]);
        }
        let head = String::from_utf8_lossy(&head).into_owned();
        let mut lines = head.lines();
        let mut words = lines.next().unwrap_or_default().split(' ').map(str::to_owned);
        let (method, target) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
        let header = |name: &str| {
            head.lines().filter_map(|line| line.split_once(": ")).find(|(known, _)| known.eq_ignore_ascii_case(name))
        };
        let length = header("content-length").and_then(|(_, text)| text.parse().ok()).unwrap_or(0);
        let mut body = vec![0; length];
        stream.read_exact(&mut body)?;
        let (path, query) = target.split_once('?').unwrap_or((&target, ""));
        let mut parameters = form(query.as_bytes());
        parameters.extend(form(&body));
        let authorization = header("authorization").map(|(_, text)| text.to_owned());
        let path = path.to_owned();
        Ok(Self { method, path, parameters, authorization, head })
    }

    /// A parameter; empty where there is none.
    pub(super) fn parameter(&self, name: &str) -> &str {
        self.parameters.get(name).map_or("", String::as_str)
    }
}

fn form(text: &[u8]) -> BTreeMap<String, String> {
    url::form_urlencoded::parse(text).into_owned().collect()
}

impl Told {
    /// JSON with this status.
    pub(super) fn json(status: u16, body: &serde_json::Value) -> Self {
        Self { status, header: ("content-type", "application/json".to_owned()), body: body.to_string().into_bytes() }
    }

    pub(super) fn write(&self, mut stream: TcpStream) -> io::Result<()> {
        let Self { status, header: (name, value), body } = self;
        let length = body.len();
        let head = format!(
            "HTTP/1.1 {status} Answer\r\nconnection: close\r\ncontent-length: {length}\r\n{name}: {value}\r\n\r\n"
        );
        stream.write_all(&[head.as_bytes(), body].concat())
    }
}
