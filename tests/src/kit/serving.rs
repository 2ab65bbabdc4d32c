//! A host that serves, and a client of its API.

use std::fs::OpenOptions;
use std::io::{BufRead, BufReader};
use std::process::{Child, Stdio};

use serde_json::Value;

use super::host::Host;

/// `weighbridge serve`, ended with this value.
#[derive(Debug)]
pub struct Serving {
    process: Child,
    /// Such as `http://127.0.0.1:40123`.
    pub address: String,
}

/// What came back.
#[derive(Debug)]
pub struct Answered {
    /// What was asked for.
    pub path: String,
    /// The status.
    pub status: u16,
    /// The header `content-type`.
    pub content_type: String,
    /// The body.
    pub text: String,
}

impl Answered {
    /// The body as JSON.
    #[track_caller]
    #[must_use]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{}: {error}: {}", self.path, self.text))
    }

    /// It is a problem (RFC 9457) of this status, type and words.
    #[track_caller]
    pub fn problem(&self, status: u16, name: &str, words: &[&str]) {
        let Self { path, content_type, text, .. } = self;
        assert_eq!((self.status, content_type.as_str()), (status, "application/problem+json"), "{path}: {text}");
        let body = self.json();
        assert!(body["type"].as_str().is_some_and(|kind| kind.ends_with(&format!("/{name}"))), "{path}: {text}");
        assert_eq!(body["status"], status, "{path}: {text}");
        for key in ["title", "detail", "instance"] {
            assert!(body[key].as_str().is_some_and(|text| !text.is_empty()), "{path}: `{key}`: {text}");
        }
        for word in words {
            assert!(text.contains(word), "{path}: `{word}` is not in: {text}");
        }
    }
}

impl Serving {
    /// Serve on a free port; ready when this returns. Its log is `serve.log` in the host's folder.
    #[track_caller]
    #[must_use]
    pub fn start(host: &Host) -> Self {
        let log = OpenOptions::new().create(true).append(true).open(host.folder().join("serve.log")).expect("a log");
        let mut process = host
            .command(&["serve"])
            .env("WEIGHBRIDGE__LISTEN__ADDRESS", "127.0.0.1:0")
            .stdout(Stdio::piped())
            .stderr(log)
            .spawn()
            .expect("the host starts");
        let mut line = String::new();
        BufReader::new(process.stdout.take().expect("its output")).read_line(&mut line).expect("a line");
        let address =
            line.trim().strip_prefix("listening on ").unwrap_or_else(|| panic!("not ready: {line}")).to_owned();
        Self { process, address }
    }

    /// Its process number.
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.process.id()
    }

    /// Ask; the status and the body.
    pub async fn get(&self, path: &str, token: Option<&str>) -> (u16, Value) {
        let mut request = reqwest::Client::new().get(format!("{}{path}", self.address));
        if let Some(token) = token {
            request = request.bearer_auth(token);
        }
        let answer = request.send().await.expect("an answer");
        let status = answer.status().as_u16();
        let text = answer.text().await.expect("a body");
        (status, serde_json::from_str(&text).unwrap_or(Value::String(text)))
    }

    /// Ask with these headers beside the token; everything that came back.
    pub async fn ask(&self, path: &str, token: Option<&str>, headers: &[(&str, &str)]) -> Answered {
        let mut request = reqwest::Client::new().get(format!("{}{path}", self.address));
        if let Some(token) = token {
            request = request.bearer_auth(token);
        }
        let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
        let answer = request.send().await.expect("an answer");
        let header = |name: &str| answer.headers().get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
        let (status, content_type) = (answer.status().as_u16(), header("content-type").unwrap_or_default());
        Answered { path: path.to_owned(), status, content_type, text: answer.text().await.expect("a body") }
    }

    /// Ask it to stop, as an operator does, and wait: its exit code.
    pub fn stop(mut self) -> Option<i32> {
        let pid = self.process.id().to_string();
        let sent = std::process::Command::new("kill").args(["-TERM", &pid]).status();
        assert!(sent.is_ok_and(|status| status.success()), "the signal is sent");
        self.process.wait().expect("it ends").code()
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        // Already gone after `stop`.
        drop(self.process.kill());
        drop(self.process.wait());
    }
}
