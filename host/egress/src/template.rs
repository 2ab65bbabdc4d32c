//! The template of a path: what a run's record keeps of where a request went.
//!
//! The rule: what the operator granted stays as it is spelled; below it, a segment that looks like a value is replaced by
//! what it looks like, and a word stays. So the requests of one sort come together, and neither ids nor a secret in a
//! path is written down.

use domain::capability::HttpRule;

use crate::rule::is_below;

/// Segments that are kept.
const SEGMENTS: usize = 12;
/// The longest word that is kept, in bytes.
const WORD: usize = 32;
/// The shortest run of hexadecimal digits that is no word.
const HEX: usize = 7;

/// The template of a path at this host.
pub(crate) fn of(rules: &[HttpRule], host: &str, path: &str) -> String {
    let granted = rules.iter().filter(|rule| rule.host == host && is_below(&rule.path, path));
    let kept = granted.map(|rule| rule.path.trim_end_matches('/').len()).max().unwrap_or(0);
    let (prefix, rest) = path.split_at(kept);
    let mut template = prefix.to_owned();
    for (at, segment) in rest.split('/').enumerate() {
        if at > SEGMENTS {
            template.push_str("/…");
            break;
        }
        if at > 0 {
            template.push('/');
        }
        template.push_str(shape(segment));
    }
    template
}

/// The segment if it is a word, or what it looks like.
fn shape(segment: &str) -> &str {
    let all = |fits: fn(&u8) -> bool| !segment.is_empty() && segment.as_bytes().iter().all(fits);
    let digits = segment.bytes().filter(u8::is_ascii_digit).count();
    if all(u8::is_ascii_digit) {
        "{number}"
    } else if is_uuid(segment) {
        "{uuid}"
    } else if segment.len() >= HEX && digits > 0 && all(u8::is_ascii_hexdigit) {
        "{hex}"
    } else if segment.len() > WORD || !segment.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b)) {
        "{text}"
    } else if digits > 0 && !is_version(segment) {
        "{id}"
    } else {
        segment
    }
}

fn is_uuid(segment: &str) -> bool {
    let dash =
        |(at, byte): (usize, u8)| if [8, 13, 18, 23].contains(&at) { byte == b'-' } else { byte.is_ascii_hexdigit() };
    segment.len() == 36 && segment.bytes().enumerate().all(dash)
}

/// `v3`, as in the addresses of many APIs.
fn is_version(segment: &str) -> bool {
    segment
        .strip_prefix('v')
        .is_some_and(|number| (1..=2).contains(&number.len()) && number.bytes().all(|byte| byte.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use domain::capability::Scheme;

    use super::*;

    fn template(granted: &str, path: &str) -> String {
        let methods = vec!["GET".to_owned()];
        let rule =
            HttpRule { scheme: Scheme::Https, host: "a.test".to_owned(), port: 443, methods, path: granted.to_owned() };
        of(&[rule], "a.test", path)
    }

    #[test]
    fn values_are_replaced_by_what_they_look_like_and_words_stay() {
        let cases = [
            ("/repos/acme/shop/pulls/123/files", "/repos/acme/shop/pulls/{number}/files"),
            ("/commits/0f3c2a9", "/commits/{hex}"),
            ("/decade/defaced", "/decade/defaced"),
            ("/x/0198c0de-0000-7000-8000-000000000001", "/x/{uuid}"),
            ("/v3/issue/PAY-17", "/v3/issue/{id}"),
            ("/q/a%20b", "/q/{text}"),
            ("/hooks/abcdefghijklmnopqrstuvwxyzabcdefg", "/hooks/{text}"),
            ("/", "/"),
            ("/a//b/", "/a//b/"),
        ];
        for (path, expected) in cases {
            assert_eq!(template("/", path), expected);
        }
    }

    #[test]
    fn what_was_granted_is_kept_as_it_is_spelled() {
        assert_eq!(template("/api/2024-01/9", "/api/2024-01/9/items/7"), "/api/2024-01/9/items/{number}");
        assert_eq!(template("/api/9/", "/api/9/8"), "/api/9/{number}");
        assert_eq!(of(&[], "a.test", "/api/9"), "/api/{number}");
    }

    #[test]
    fn a_template_is_short_however_long_the_path() {
        assert!(template("/", &"/abc".repeat(10_000)).len() < 60);
        assert!(template("/", &"x".repeat(10_000)).len() < 10);
    }

    #[test]
    fn words_and_numbers_are_told_apart_at_their_borders() {
        let cases = [
            ("/0f3c2a", "/{id}"),
            ("/0f3c2a9", "/{hex}"),
            ("/abcdefghijklmnopqrstuvwxyzabcdef", "/abcdefghijklmnopqrstuvwxyzabcdef"),
            ("/abcdefghijklmnopqrstuvwxyzabcdefg", "/{text}"),
            ("/a-b_c.d", "/a-b_c.d"),
            ("/v12", "/v12"),
            ("/v123", "/{id}"),
            ("/v", "/v"),
            ("/vx", "/vx"),
            ("/0198c0de-0000-7000-8000-00000000000", "/{text}"),
            ("/0198c0de-0000-7000-8000-00000000000g", "/{text}"),
            ("/0198c0de00000-7000-8000-000000000001", "/{text}"),
        ];
        for (path, expected) in cases {
            assert_eq!(template("/", path), expected);
        }
        let words = |count| "/a".repeat(count);
        assert_eq!(template("/", &words(12)), words(12));
        assert_eq!(template("/", &words(13)), words(12) + "/…");
    }

    #[test]
    fn a_grant_for_another_host_keeps_nothing() {
        let methods = vec!["GET".to_owned()];
        let (host, path) = ("b.test".to_owned(), "/api/9".to_owned());
        let rule = HttpRule { scheme: Scheme::Https, host, port: 443, methods, path };
        assert_eq!(of(&[rule], "a.test", "/api/9"), "/api/{number}");
    }
}
