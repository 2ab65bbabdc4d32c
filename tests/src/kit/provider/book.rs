//! What a provider knows: clients, codes and tokens, by the rules of RFC 6749, 7009 and 7636.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::json;
use sha2::{Digest as _, Sha256};

use super::wire::{Asked, Told};

/// How a provider misbehaves at its token URL.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// Answers this status, with a body that means nothing.
    Status(u16),
    /// Sends elsewhere.
    Redirect,
    /// Answers a page for people.
    Html,
    /// Answers more than anybody reads.
    Huge,
    /// Refuses in this code, and repeats whatever it was sent.
    Refuse(&'static str),
}

/// What a provider knows and has counted.
#[derive(Debug)]
pub struct Book {
    client: (String, String),
    /// How long access tokens live, as it says.
    pub lifetime: Option<u64>,
    /// After so many requests of the API an access token is refused, though its time has not come.
    pub uses: Option<u32>,
    /// Whether a refresh token is good for one use.
    pub rotates: bool,
    /// How long it thinks about each answer.
    pub pause: Duration,
    /// How it misbehaves.
    pub fault: Option<Fault>,
    /// What its tokens begin with.
    pub prefix: String,
    /// Whether the API repeats what it was shown.
    pub echoes: bool,
    /// Requests to the token URL.
    pub asked: u32,
    /// Refresh tokens that were used as they should be.
    pub refreshes: u32,
    /// Refresh tokens that came a second time.
    pub reused: u32,
    /// Tokens that were taken back.
    pub revoked: Vec<String>,
    /// Requests to the API: those that were answered, and those that were refused.
    pub served: (u32, u32),
    /// Every token that was given out.
    pub given: Vec<String>,
    codes: BTreeMap<String, (String, String)>,
    refresh: BTreeSet<String>,
    spent: BTreeSet<String>,
    access: BTreeMap<String, (u32, Option<Instant>)>,
}

impl Book {
    pub(super) fn new(client: &str, secret: &str) -> Self {
        Self {
            client: (client.to_owned(), secret.to_owned()),
            lifetime: Some(3600),
            uses: None,
            rotates: true,
            pause: Duration::ZERO,
            fault: None,
            prefix: "token-of-the-tests".to_owned(),
            echoes: false,
            asked: 0,
            refreshes: 0,
            reused: 0,
            revoked: Vec::new(),
            served: (0, 0),
            given: Vec::new(),
            codes: BTreeMap::new(),
            refresh: BTreeSet::new(),
            spent: BTreeSet::new(),
            access: BTreeMap::new(),
        }
    }

    /// Refuse every access token that is out, as if an administrator had ended the sessions.
    pub fn end_access(&mut self) {
        self.access.clear();
    }

    /// Take no refresh token any more.
    pub fn end_refresh(&mut self) {
        self.refresh.clear();
    }

    pub(super) fn answer(&mut self, asked: &Asked) -> Told {
        match (asked.method.as_str(), asked.path.as_str()) {
            ("GET", "/authorize") => self.authorize(asked),
            ("POST", "/token") => self.token(asked),
            ("POST", "/revoke") => self.revoke(asked),
            (_, path) if path.starts_with("/api/") => self.serve(asked),
            _ => Told::json(404, &json!({})),
        }
    }

    /// Somebody consents at once.
    fn authorize(&mut self, asked: &Asked) -> Told {
        let of = |name: &str| asked.parameter(name).to_owned();
        if (of("response_type").as_str(), of("client_id").as_str()) != ("code", self.client.0.as_str())
            || of("code_challenge_method") != "S256"
        {
            return Told::json(400, &json!({ "error": "invalid_request" }));
        }
        let code = format!("{}-code-{}", self.prefix, self.codes.len());
        self.codes.insert(code.clone(), (of("code_challenge"), of("redirect_uri")));
        let issuer = "https%3A%2F%2Fid.example.test";
        let to = format!("{}?code={code}&state={}&iss={issuer}", of("redirect_uri"), of("state"));
        Told { status: 302, header: ("location", to), body: Vec::new() }
    }

    fn token(&mut self, asked: &Asked) -> Told {
        self.asked += 1;
        let page = |status, header, body: Vec<u8>| Told { status, header, body };
        match self.fault {
            Some(Fault::Status(status)) => return Told::json(status, &json!({})),
            Some(Fault::Redirect) => {
                return page(302, ("location", "https://evil.example.test/".to_owned()), Vec::new());
            }
            Some(Fault::Html) => return page(200, ("content-type", "text/html".to_owned()), b"<html>sorry".to_vec()),
            Some(Fault::Huge) => {
                return page(200, ("content-type", "application/json".to_owned()), vec![b' '; 1024 * 1024]);
            }
            Some(Fault::Refuse(code)) => {
                let echo = format!("{:?} {:?}", asked.parameters, asked.authorization);
                return Told::json(400, &json!({ "error": code, "error_description": echo }));
            }
            None => {}
        }
        if !self.knows(asked) {
            return Told::json(401, &json!({ "error": "invalid_client" }));
        }
        match asked.parameter("grant_type") {
            "authorization_code" => self.exchange(asked),
            "refresh_token" => self.refresh(asked),
            "client_credentials" => self.give(false),
            _ => Told::json(400, &json!({ "error": "unsupported_grant_type" })),
        }
    }

    fn exchange(&mut self, asked: &Asked) -> Told {
        let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(asked.parameter("code_verifier")));
        match self.codes.remove(asked.parameter("code")) {
            Some((known, uri)) if known == challenge && uri == asked.parameter("redirect_uri") => self.give(true),
            _ => Told::json(400, &json!({ "error": "invalid_grant" })),
        }
    }

    fn refresh(&mut self, asked: &Asked) -> Told {
        let token = asked.parameter("refresh_token").to_owned();
        if self.spent.contains(&token) {
            // Somebody has stolen it: nothing of the family counts any more (RFC 9700, section 4.14).
            self.reused += 1;
            self.refresh.clear();
            self.access.clear();
            return Told::json(400, &json!({ "error": "invalid_grant" }));
        }
        if !self.refresh.contains(&token) {
            return Told::json(400, &json!({ "error": "invalid_grant" }));
        }
        self.refreshes += 1;
        if self.rotates {
            self.refresh.remove(&token);
            self.spent.insert(token);
        }
        self.give(self.rotates)
    }

    fn give(&mut self, with_refresh: bool) -> Told {
        let number = self.given.len();
        let access = format!("{}-access-{number}", self.prefix);
        let mut body = json!({ "access_token": access, "token_type": "Bearer" });
        if let Some(seconds) = self.lifetime {
            body["expires_in"] = seconds.into();
        }
        let end = self.lifetime.map(|seconds| Instant::now() + Duration::from_secs(seconds));
        self.access.insert(access.clone(), (0, end));
        self.given.push(access);
        if with_refresh {
            let refresh = format!("{}-refresh-{number}", self.prefix);
            body["refresh_token"] = refresh.clone().into();
            self.refresh.insert(refresh.clone());
            self.given.push(refresh);
        }
        Told::json(200, &body)
    }

    fn revoke(&mut self, asked: &Asked) -> Told {
        if !self.knows(asked) {
            return Told::json(401, &json!({ "error": "invalid_client" }));
        }
        let token = asked.parameter("token").to_owned();
        self.refresh.remove(&token);
        self.access.remove(&token);
        self.revoked.push(token);
        Told { status: 200, header: ("content-length", "0".to_owned()), body: Vec::new() }
    }

    fn serve(&mut self, asked: &Asked) -> Told {
        let shown = asked.authorization.as_deref().unwrap_or_default();
        let token = shown.strip_prefix("Bearer ").unwrap_or_default();
        let uses = self.uses;
        let lives = self.access.get_mut(token).is_some_and(|(used, end)| {
            *used += 1;
            uses.is_none_or(|uses| *used <= uses) && end.is_none_or(|end| Instant::now() < end)
        });
        let echo = if self.echoes { self.echo(asked) } else { String::new() };
        if !lives {
            self.served.1 += 1;
            return Told::json(401, &json!({ "message": format!("not authorised {echo}") }));
        }
        self.served.0 += 1;
        Told::json(200, &json!({ "teams": ["one"], "echo": echo }))
    }

    /// What it was shown, the client's secret and every token that counts, in several spellings.
    fn echo(&self, asked: &Asked) -> String {
        let known = [asked.head.clone(), self.client.1.clone()].into_iter();
        let all = known.chain(self.access.keys().cloned()).chain(self.refresh.iter().cloned());
        let spell = |text: String| {
            let hex: String = text.bytes().map(|byte| format!("{byte:02x}")).collect();
            let percent: String = text.bytes().map(|byte| format!("%{byte:02X}")).collect();
            format!("{text} {} {hex} {percent}", STANDARD.encode(&text))
        };
        all.map(spell).collect::<Vec<_>>().join("\n")
    }

    /// Whether the client shows itself, in the header or in the body.
    fn knows(&self, asked: &Asked) -> bool {
        let (id, secret) = &self.client;
        // Encoded like a form's values first (RFC 6749, section 2.3.1).
        let encode = |text: &str| url::form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
        let header = format!("Basic {}", STANDARD.encode(format!("{}:{}", encode(id), encode(secret))));
        let in_body = asked.parameter("client_id") == id && asked.parameter("client_secret") == secret;
        asked.authorization.as_deref() == Some(&header) && !asked.parameters.contains_key("client_id") || in_body
    }
}
