//! Hosts with a connection that somebody has to consent to.

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _};
use std::process::{Child, Stdio};

use super::guest::{Guest, MANIFEST};
use super::host::{Host, Ran};
use super::provider::Provider;

/// The client that the tests register.
pub const CLIENT: (&str, &str) = ("client-of-the-tests", "client-secret-of-the-tests");

/// The manifest of a guest with an OAuth 2 slot `account`, for this grant, with more lines for its provider.
#[must_use]
pub fn oauth_manifest(grant: &str, more: &str) -> String {
    format!(
        "{MANIFEST}\n[budget]\ncpu_ms = 20000\n\n[[capabilities.http]]\nhost = \"api.example.test\"\npath = \"/api\"\n\n\
         [[capabilities.auth]]\nname = \"account\"\nhosts = [\"api.example.test\"]\n\n[capabilities.auth.scheme.oauth2]\n\
         grant = \"{grant}\"\ntoken_url = \"https://id.example.test/token\"\n\
         revocation_url = \"https://id.example.test/revoke\"\nscopes = [\"read\"]\n{more}"
    )
}

/// What such a manifest says beside that where a person consents.
pub const CONSENT: &str =
    "authorize_url = \"https://id.example.test/authorize\"\nissuer = \"https://id.example.test\"\n";

/// `weighbridge connection authorize`, waiting for a browser.
#[derive(Debug)]
pub struct Authorizing {
    process: Waiting,
    answers: BufReader<std::process::ChildStdout>,
    /// Where it sends the browser, at the provider.
    pub url: String,
}

impl Host {
    /// A host with a connection `guest` of this guest, routed to this provider, that nobody has consented to.
    #[track_caller]
    #[must_use]
    pub fn with_provider(provider: &Provider, guest: &str, manifest: &str) -> Self {
        let host = Self::new();
        host.route_provider(provider, "warn");
        let _ = Guest::pack(&host, guest, manifest).sign(&host).install(&host).good();
        let client = host.client_file(CLIENT);
        let _ = host.run(&["connect", "tests/guest", "--credential", &format!("account={client}")]).good();
        fs::remove_file(client).expect("removed");
        host
    }

    /// Send the requests for the provider and its API to it.
    pub fn route_provider(&self, provider: &Provider, filter: &str) {
        let route = |host: &str| format!("{{ host = \"{host}\", to = \"{}\" }}", provider.origin);
        self.configure(&format!(
            "[listen]\naddress = \"127.0.0.1:0\"\n[log]\nfilter = \"{filter}\"\n[sync]\nenabled = false\n[egress]\n\
             routes = [{}, {}]\n",
            route("id.example.test"),
            route("api.example.test")
        ));
    }

    /// A file that holds a client.
    #[must_use]
    pub fn client_file(&self, (id, secret): (&str, &str)) -> String {
        let file = self.folder().join("client");
        fs::write(&file, format!("{id}\n{secret}\n")).expect("written");
        file.display().to_string()
    }

    /// Begin to authorise the connection `guest`.
    #[track_caller]
    #[must_use]
    pub fn authorize(&self) -> Authorizing {
        let mut command = self.command(&["connection", "authorize", "guest"]);
        let mut process = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it starts");
        let mut answers = BufReader::new(process.stdout.take().expect("its answers"));
        let mut url = String::new();
        while !url.starts_with("https://") {
            url.clear();
            if answers.read_line(&mut url).expect("a line") == 0 {
                let output = process.wait_with_output().expect("it ends");
                panic!("{}", String::from_utf8_lossy(&output.stderr));
            }
        }
        Authorizing { process: Waiting(process), answers, url: url.trim_end().to_owned() }
    }

    /// Have somebody consent to the connection `guest`, from beginning to end.
    #[track_caller]
    pub fn consent(&self, provider: &Provider) {
        let authorizing = self.authorize();
        let (status, _) = Authorizing::visit(&authorizing.callback(provider));
        assert_eq!(status, 200);
        let _ = authorizing.end().good();
    }
}

/// A process that goes with this value.
#[derive(Debug)]
struct Waiting(Child);

impl Drop for Waiting {
    fn drop(&mut self) {
        // Already gone after its end.
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

impl Authorizing {
    /// What the provider sends the browser back to.
    #[track_caller]
    #[must_use]
    pub fn callback(&self, provider: &Provider) -> String {
        let (_, query) = self.url.split_once('?').expect("a query");
        let answer = fetch(&format!("{}/authorize?{query}", provider.origin));
        let location = answer.lines().find_map(|line| line.strip_prefix("location: "));
        location.unwrap_or_else(|| panic!("no redirect: {answer}")).to_owned()
    }

    /// Be a browser at this address: status and body.
    #[track_caller]
    #[must_use]
    pub fn visit(url: &str) -> (u16, String) {
        let answer = fetch(url);
        let status = answer.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status");
        (status, answer.split_once("\r\n\r\n").expect("a body").1.to_owned())
    }

    /// Wait for its end.
    #[track_caller]
    #[must_use]
    pub fn end(mut self) -> Ran {
        let mut out = String::new();
        self.answers.read_to_string(&mut out).expect("its answers");
        let mut err = String::new();
        let told = self.process.0.stderr.take().expect("its complaints").read_to_string(&mut err);
        told.expect("its complaints");
        let ended = self.process.0.wait().expect("it ends");
        Ran { code: ended.code().unwrap_or(-1), out, err }
    }
}

/// One GET over plain HTTP, as text.
#[track_caller]
fn fetch(url: &str) -> String {
    let rest = url.strip_prefix("http://").expect("plain HTTP");
    let (host, _) = rest.split_once('/').expect("a path");
    let path = &rest[host.len()..];
    let mut stream = std::net::TcpStream::connect(host).expect("somebody listens");
    let request = format!("GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
    std::io::Write::write_all(&mut stream, request.as_bytes()).expect("sent");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("an answer");
    answer
}
