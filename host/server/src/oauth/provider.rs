//! Asking a provider, through the gate that plugins' requests pass: exactly the URL of the manifest, by the same rules of
//! addresses, without redirects, within a small budget.

use std::sync::Arc;
use std::time::Duration;

use ::egress::{Caps, ConfigError, Credential, Egress, EgressConfig, Permit, Timeouts};
use domain::capability::{AuthScheme, AuthSlot, ClientAuth, HttpRule, OAuth2, Scheme};
use domain::exchange::{ExchangeError, Request, Response};
use domain::{Budget, WorkspaceId};
use ipnet::IpNet;
use secrecy::ExposeSecret as _;
use url::{Url, form_urlencoded};

use super::answer::{self, Granted};
use super::client::Client;
use crate::config::Config;

/// How long one question may take.
pub(super) const PATIENCE: Duration = Duration::from_secs(20);

/// The name of the slot that the client's credential is in, for the one request.
const CLIENT: &str = "client";

/// Why a provider gave nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ProviderError {
    /// It will not: waiting does not help.
    #[error("the provider answered `{0}`")]
    Refused(String),
    /// It could not, or what it said is no answer.
    #[error("the provider could not be used: {0}")]
    Unavailable(&'static str),
    /// It was not reached.
    #[error("the provider was not reached: {0}")]
    Unreachable(ExchangeError),
}

/// The way out to providers, apart from that of plugins: a plugin's requests wait for a token in a queue that the question
/// for the token must not stand in.
///
/// # Errors
/// If a route leads off this machine.
pub fn egress(config: &Config) -> Result<Egress, ConfigError> {
    let [connect, first_byte, idle] = [5, 15, 5].map(Duration::from_secs);
    Egress::new(EgressConfig {
        routes: config.egress.routes.clone(),
        timeouts: Timeouts { connect, first_byte, idle, total: PATIENCE },
        caps: Caps { body_bytes: 256 * 1024, ..Caps::default() },
        ..EgressConfig::default()
    })
}

/// A provider, and the client that asks it.
pub(super) struct Provider<'a> {
    pub(super) egress: &'a Egress,
    pub(super) workspace: WorkspaceId,
    /// The private networks that the operator opened for the plugin.
    pub(super) networks: Vec<IpNet>,
    pub(super) oauth: &'a OAuth2,
    pub(super) client: &'a Client,
}

impl Provider<'_> {
    /// Ask for tokens with this grant.
    pub(super) async fn tokens(&self, grant: &[(&str, &str)]) -> Result<Granted, ProviderError> {
        let own = self.oauth.token_parameters.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let form: Vec<_> = grant.iter().copied().chain(own).collect();
        answer::read(&self.post(&self.oauth.token_url, &form).await?)
    }

    /// Have a token taken back (RFC 7009): a provider says 200 of one that it does not know, too.
    pub(super) async fn revoke(&self, url: &str, token: &str, sort: &str) -> Result<(), ProviderError> {
        let answer = self.post(url, &[("token", token), ("token_type_hint", sort)]).await?;
        match answer.status {
            200..=299 => Ok(()),
            400..=499 => Err(ProviderError::Refused(format!("status {}", answer.status))),
            _ => Err(ProviderError::Unavailable("it failed")),
        }
    }

    async fn post(&self, url: &str, form: &[(&str, &str)]) -> Result<Response, ProviderError> {
        let Self { egress, workspace, networks, oauth, client } = self;
        let (rule, url) = place(url).ok_or(ProviderError::Unavailable("its URL is none"))?;
        let shown = (oauth.client_auth == ClientAuth::Basic).then(|| CLIENT.to_owned());
        let slot = AuthSlot {
            name: CLIENT.to_owned(),
            scheme: AuthScheme::Basic,
            hosts: vec![rule.host.clone()],
            optional: false,
        };
        let credential = Credential { slot, secret: Some(client.basic().into()), id: CLIENT.to_owned() };
        let permit = Permit {
            workspace: *workspace,
            rules: vec![rule],
            credentials: if shown.is_some() { vec![credential] } else { Vec::new() },
            private_networks: networks.clone(),
        };
        let headers = [("accept", "application/json"), ("content-type", "application/x-www-form-urlencoded")];
        let request = Request {
            method: "POST".to_owned(),
            url: url.to_string(),
            headers: headers.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec(),
            body: Some(self.body(form).into_bytes()),
            auth: shown,
        };
        let session = egress.session(Arc::new(permit), Budget { requests: 1, ..Budget::default() });
        session.send(request).await.map_err(ProviderError::Unreachable)
    }

    /// The form, with the client where it shows itself in the body.
    fn body(&self, form: &[(&str, &str)]) -> String {
        let mut body = form_urlencoded::Serializer::new(String::new());
        body.extend_pairs(form);
        if matches!(self.oauth.client_auth, ClientAuth::Post | ClientAuth::None) {
            body.append_pair("client_id", &self.client.id);
        }
        if let (ClientAuth::Post, Some(secret)) = (self.oauth.client_auth, &self.client.secret) {
            body.append_pair("client_secret", secret.expose_secret());
        }
        body.finish()
    }
}

/// A URL of the manifest, and the one rule that lets a request go there.
fn place(url: &str) -> Option<(HttpRule, Url)> {
    let url: Url = url.parse().ok()?;
    let rule = HttpRule {
        scheme: if url.scheme() == "http" { Scheme::Http } else { Scheme::Https },
        host: url.host_str()?.to_owned(),
        port: url.port_or_known_default()?,
        methods: vec!["POST".to_owned()],
        path: url.path().to_owned(),
    };
    Some((rule, url))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oauth::testing;

    fn body(auth: ClientAuth) -> String {
        let client = Client { id: "a b".to_owned(), secret: Some("s&cret-of-the-client".into()) };
        let oauth = OAuth2 { client_auth: auth, ..testing::oauth() };
        let egress = Egress::new(EgressConfig::default()).expect("settings");
        let workspace = WorkspaceId::generate();
        let provider = Provider { egress: &egress, workspace, networks: Vec::new(), oauth: &oauth, client: &client };
        provider.body(&[("grant_type", "refresh_token"), ("refresh_token", "t+/=")])
    }

    #[test]
    fn a_client_shows_itself_in_one_way_only() {
        let grant = "grant_type=refresh_token&refresh_token=t%2B%2F%3D";
        assert_eq!(body(ClientAuth::Basic), grant);
        assert_eq!(body(ClientAuth::Post), format!("{grant}&client_id=a+b&client_secret=s%26cret-of-the-client"));
        assert_eq!(body(ClientAuth::None), format!("{grant}&client_id=a+b"));
    }

    #[test]
    fn a_request_may_go_to_that_url_alone() {
        let (rule, url) = place("https://id.example.test:8443/oauth/token").expect("a place");
        assert_eq!((rule.host.as_str(), rule.port, rule.path.as_str()), ("id.example.test", 8443, "/oauth/token"));
        assert_eq!((rule.methods, url.as_str()), (vec!["POST".to_owned()], "https://id.example.test:8443/oauth/token"));
    }
}
