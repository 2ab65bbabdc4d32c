//! Matching a request against what was granted.
//!
//! The rule: everything is compared as it is spelled, and what no rule names is denied. The message says which part was
//! missing, so that an author knows which line of the manifest to add.

use domain::capability::{HttpRule, Scheme};
use http::Method;

use crate::url::Target;

/// Which part of a request no rule grants.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum RuleError {
    #[error("{0:?} is not a method: use GET, HEAD, POST, PUT, PATCH or DELETE")]
    UnknownMethod(String),
    #[error("host `{0}` is not granted")]
    Host(String),
    #[error("scheme `{0}` is not granted for this host")]
    Scheme(&'static str),
    #[error("port {0} is not granted for this host")]
    Port(u16),
    #[error("the path is not granted for this host")]
    Path,
    #[error("method `{0}` is not granted for this path")]
    Method(Method),
}

/// The method, if one rule grants the whole request.
pub(crate) fn admit(rules: &[HttpRule], method: &str, target: &Target) -> Result<Method, RuleError> {
    let method = parse_method(method)?;
    let hosts: Vec<_> = rules.iter().filter(|rule| rule.host == target.host).collect();
    // Each part is looked for among the rules that granted the parts before it: one rule has to grant them all.
    let schemes = keep(&hosts, |rule| rule.scheme == target.scheme);
    let ports = keep(&schemes, |rule| rule.port == target.port);
    let paths = keep(&ports, |rule| is_below(&rule.path, &target.path));
    let methods = keep(&paths, |rule| rule.methods.iter().any(|granted| granted == method.as_str()));
    match () {
        () if hosts.is_empty() => Err(RuleError::Host(target.host.clone())),
        () if schemes.is_empty() => Err(RuleError::Scheme(scheme_name(target.scheme))),
        () if ports.is_empty() => Err(RuleError::Port(target.port)),
        () if paths.is_empty() => Err(RuleError::Path),
        () if methods.is_empty() => Err(RuleError::Method(method)),
        () => Ok(method),
    }
}

fn keep<'a>(rules: &[&'a HttpRule], fits: impl Fn(&HttpRule) -> bool) -> Vec<&'a HttpRule> {
    rules.iter().copied().filter(|rule| fits(rule)).collect()
}

/// Whether `path` is `prefix` or lies below it, on a segment's border. An empty prefix grants nothing.
pub(crate) fn is_below(prefix: &str, path: &str) -> bool {
    let Some(rest) = path.strip_prefix(prefix) else { return false };
    prefix.ends_with('/') || (!prefix.is_empty() && (rest.is_empty() || rest.starts_with('/')))
}

fn parse_method(text: &str) -> Result<Method, RuleError> {
    [Method::GET, Method::HEAD, Method::POST, Method::PUT, Method::PATCH, Method::DELETE]
        .into_iter()
        .find(|method| method.as_str() == text)
        .ok_or_else(|| RuleError::UnknownMethod(text.chars().take(16).collect()))
}

const fn scheme_name(scheme: Scheme) -> &'static str {
    match scheme {
        Scheme::Https => "https",
        Scheme::Http => "http",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(host: &str, methods: &[&str], path: &str) -> HttpRule {
        let methods = methods.iter().map(|&method| method.to_owned()).collect();
        HttpRule { scheme: Scheme::Https, host: host.to_owned(), port: 443, methods, path: path.to_owned() }
    }

    fn verdict(method: &str, url: &str) -> Result<Method, RuleError> {
        let rules = [rule("a.test", &["GET"], "/repos"), rule("a.test", &["POST"], "/hooks/")];
        admit(&rules, method, &Target::parse(url).expect("a URL"))
    }

    #[test]
    fn a_prefix_ends_on_a_segments_border() {
        for url in ["https://a.test/repos", "https://a.test/repos/", "https://a.test/repos/x?y=1"] {
            assert_eq!(verdict("GET", url), Ok(Method::GET), "{url}");
        }
        for url in ["https://a.test/reposx", "https://a.test/repo", "https://a.test/", "https://a.test/Repos"] {
            assert_eq!(verdict("GET", url), Err(RuleError::Path), "{url}");
        }
        assert!(!is_below("", "/x"));
    }

    #[test]
    fn one_rule_has_to_grant_the_whole_request() {
        assert_eq!(verdict("POST", "https://a.test/hooks/1"), Ok(Method::POST));
        assert_eq!(verdict("POST", "https://a.test/repos"), Err(RuleError::Method(Method::POST)));
        assert_eq!(verdict("GET", "https://b.test/repos"), Err(RuleError::Host("b.test".to_owned())));
        assert_eq!(verdict("GET", "http://a.test/repos"), Err(RuleError::Scheme("http")));
        assert_eq!(verdict("GET", "https://a.test:444/repos"), Err(RuleError::Port(444)));
        assert_eq!(verdict("get", "https://a.test/repos"), Err(RuleError::UnknownMethod("get".to_owned())));
        assert_eq!(verdict("TRACE", "https://a.test/repos"), Err(RuleError::UnknownMethod("TRACE".to_owned())));
    }
}
