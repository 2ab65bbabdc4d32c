//! The proof that a request may do what it asks, made by the one authenticator and the one scope check.

use std::fmt;
use std::marker::PhantomData;

use axum::extract::FromRequestParts;
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use domain::{TokenId, WorkspaceId};

use crate::problem::Problem;
use crate::{AnyToken, Api, Permission, PlainToken, Principal, TokenRefusal};

/// A caller who has the permission `P`, in one workspace.
///
/// Ports that read a workspace take this proof, and nothing but a verified token makes one:
///
/// ```compile_fail,E0451
/// # use weighbridge_api::{Authorized, MetricsRead, Principal};
/// fn forge(principal: Principal) -> Authorized<MetricsRead> {
///     Authorized { principal, permission: std::marker::PhantomData }
/// }
/// ```
pub struct Authorized<P: Permission> {
    principal: Principal,
    permission: PhantomData<P>,
}

impl<P: Permission> Authorized<P> {
    fn check(principal: Principal) -> Result<Self, Problem> {
        match P::SCOPE {
            Some(scope) if !principal.scopes.contains(&scope) => Err(Problem::MissingScope(scope)),
            _ => Ok(Self { principal, permission: PhantomData }),
        }
    }

    /// The workspace that the token is bound to: the only one that this request can reach.
    #[must_use]
    pub fn workspace(&self) -> WorkspaceId {
        self.principal.workspace
    }

    /// The token, for the audit log.
    #[must_use]
    pub fn token(&self) -> TokenId {
        self.principal.token
    }

    /// The proof of another permission, where the token has it too.
    pub(crate) fn also<Q: Permission>(&self) -> Result<Authorized<Q>, Problem> {
        Authorized::check(self.principal.clone())
    }

    /// The proof that it is somebody.
    pub(crate) fn any(&self) -> Authorized<AnyToken> {
        Authorized { principal: self.principal.clone(), permission: PhantomData }
    }
}

impl<P: Permission> fmt::Debug for Authorized<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scope = P::SCOPE.map_or("any token", crate::Scope::as_str);
        f.debug_struct("Authorized").field("principal", &self.principal).field("permission", &scope).finish()
    }
}

impl<P: Permission> FromRequestParts<Api> for Authorized<P> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, api: &Api) -> Result<Self, Problem> {
        let mut headers = parts.headers.get_all(AUTHORIZATION).iter();
        let header = headers.next().ok_or(Problem::TokenMissing)?;
        if headers.next().is_some() {
            return Err(TokenRefusal::Malformed.into());
        }
        let token = PlainToken::parse_header(header.as_bytes())?;
        let principal = api.backend.authenticate(&token).await?;
        let span = tracing::Span::current();
        span.record("workspace.id", tracing::field::display(principal.workspace));
        span.record("token.id", tracing::field::display(principal.token));
        Self::check(principal)
    }
}
