//! A host that serves, and a client of its API.

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

impl Serving {
    /// Serve on a free port; ready when this returns.
    #[track_caller]
    #[must_use]
    pub fn start(host: &Host) -> Self {
        let mut process = host
            .command(&["serve"])
            .env("WEIGHBRIDGE__LISTEN__ADDRESS", "127.0.0.1:0")
            .stdout(Stdio::piped())
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
