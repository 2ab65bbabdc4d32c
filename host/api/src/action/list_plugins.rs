//! `GET /v1/plugins`: what may run, and what it may do.

use axum::extract::State;
use axum::response::Response;
use domain::budget::limits::{Limit, Limits, Origin};
use domain::capability::{AuthScheme, AuthSlot, HttpRule, Scheme};
use domain::{BudgetKind, Capabilities, Digest, PluginId};
use serde::Serialize;
use utoipa::ToSchema;

use crate::action::get_run::unit_word;
use crate::conditional::Known;
use crate::parameters::{NoParameters, Query};
use crate::problem::Problem;
use crate::{Api, Authorized, Moment, PluginsRead};

/// An installed plugin.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Plugin {
    /// Its id.
    #[schema(value_type = String, example = "weighbridge/github")]
    pub id: PluginId,
    /// Its version.
    #[schema(example = "1.4.0")]
    pub version: String,
    /// The SHA-256 of its package.
    #[schema(value_type = String)]
    pub digest: Digest,
    /// The id of the publisher's key that signed it.
    pub signed_by: String,
    /// Whether it runs.
    pub state: PluginState,
    /// Why it is quarantined; `null` otherwise.
    #[schema(required)]
    pub reason: Option<String>,
    /// When it was installed, or offered.
    pub installed_at: Moment,
    /// The kinds of record that it brings.
    pub kinds: Vec<String>,
    /// What its manifest asks for. Of a release that waits, it is to be compared with what the live one was granted.
    pub requested: CapabilityList,
    /// What the operator gives: what is not here does not exist for the plugin.
    pub granted: CapabilityList,
    /// What each of its calls may cost in this workspace.
    pub budgets: Vec<PluginBudget>,
}

/// One budget of a plugin's calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct PluginBudget {
    /// The budget, as manifests name it.
    #[schema(value_type = String, example = "cpu_ms")]
    pub budget: BudgetKind,
    /// `milliseconds`, `bytes` or `count`.
    pub unit: &'static str,
    /// What a call may use.
    pub value: u32,
    /// Who decided on it: `default`, `manifest`, `plugin`, `workspace`, `plugin-in-workspace` or `ceiling`.
    #[schema(value_type = String, example = "default")]
    pub origin: Origin,
    /// What the host gives at most.
    pub ceiling: u32,
}

impl PluginBudget {
    /// All of them, in their order.
    #[must_use]
    pub fn all(limits: &Limits) -> Vec<Self> {
        let one = |budget: &BudgetKind| {
            let Limit { value, origin, ceiling } = limits.get(*budget);
            Self { budget: *budget, unit: unit_word(budget.unit()), value, origin, ceiling }
        };
        BudgetKind::ALL.iter().map(one).collect()
    }
}

/// Whether a plugin runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum PluginState {
    /// It does.
    Active,
    /// It asks for more than the live release was granted, and waits for the operator's approval.
    Pending,
    /// It failed too often.
    Quarantined,
    /// Its publisher's key or its digest was revoked.
    Revoked,
}

/// Capabilities in words.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct CapabilityList {
    /// Where requests may go.
    #[schema(example = json!(["GET https://api.github.com:443/"]))]
    pub http: Vec<String>,
    /// The credentials that the host attaches, and to which hosts.
    #[schema(example = json!(["token: bearer to api.github.com"]))]
    pub auth: Vec<String>,
    /// Whether it reads a directory.
    pub files: bool,
    /// Whether it can have content fetched for analysis.
    pub content: bool,
    /// Whether it has a state of its own.
    pub state: bool,
}

impl From<&Capabilities> for CapabilityList {
    fn from(capabilities: &Capabilities) -> Self {
        // Destructured whole, so that a capability that is forgotten does not compile.
        let Capabilities { http, auth, files, content, state } = capabilities;
        Self {
            http: http.iter().map(rule_text).collect(),
            auth: auth.iter().map(slot_text).collect(),
            files: *files,
            content: *content,
            state: *state,
        }
    }
}

fn rule_text(HttpRule { scheme, host, port, methods, path }: &HttpRule) -> String {
    let scheme = match scheme {
        Scheme::Https => "https",
        Scheme::Http => "http",
    };
    format!("{} {scheme}://{host}:{port}{path}", methods.join(","))
}

fn slot_text(AuthSlot { name, scheme, hosts, optional }: &AuthSlot) -> String {
    let scheme = match scheme {
        AuthScheme::Bearer => "bearer".to_owned(),
        AuthScheme::Basic => "basic".to_owned(),
        AuthScheme::Header(header) => format!("header {header}"),
        AuthScheme::OAuth2(oauth) => format!("oauth2 of {}", oauth.token_url),
    };
    let optional = if *optional { ", optional" } else { "" };
    format!("{name}: {scheme} to {}{optional}", hosts.join(", "))
}

/// The installed plugins.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PluginList {
    /// The plugins, by id.
    items: Vec<Plugin>,
}

/// Plugins
///
/// Who signed each, what it asks for, and what it was granted.
#[utoipa::path(
    get,
    path = "/v1/plugins",
    tag = "plugins",
    security(("token" = ["plugins:read"])),
    responses((status = 200, description = "The plugins.", body = PluginList), (status = 304, description = "Not changed.")),
)]
pub(crate) async fn list_plugins(
    caller: Authorized<PluginsRead>,
    _: Query<NoParameters>,
    State(api): State<Api>,
    known: Known,
) -> Result<Response, Problem> {
    known.answer(&PluginList { items: api.backend.list_plugins(&caller).await? }, None)
}

#[cfg(test)]
mod tests {
    use crate::fake::{ACME, Fake, get};

    #[tokio::test]
    async fn a_plugin_shows_what_it_asked_for_beside_what_it_was_granted() {
        let answer = get(Fake::default(), "/v1/plugins", Some(ACME)).await;
        assert_eq!(answer.status, 200);
        insta::assert_json_snapshot!(answer.body);
    }
}
