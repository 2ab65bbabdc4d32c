//! The header `Link` (RFC 8288).

/// The links of an answer, by their relation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Links(Vec<(String, String)>);

impl Links {
    /// Read the value of a `Link` header. What is not of the form is left out.
    #[must_use]
    pub fn parse(header: &str) -> Self {
        let mut links = Vec::new();
        let mut rest = header;
        while let Some((target, after)) = rest.split_once('<').and_then(|(_, open)| open.split_once('>')) {
            let end = end_of_parameters(after);
            links.extend(relations(&after[..end]).map(|relation| (relation, target.to_owned())));
            rest = &after[end..];
        }
        Self(links)
    }

    /// The target of a relation, in any letter case.
    #[must_use]
    pub fn get(&self, relation: &str) -> Option<&str> {
        self.0.iter().find(|(known, _)| known.eq_ignore_ascii_case(relation)).map(|(_, target)| target.as_str())
    }

    /// The next page, where there is one.
    #[must_use]
    pub fn next(&self) -> Option<&str> {
        self.get("next")
    }
}

/// Where a link's parameters end: at a comma outside of quotes.
fn end_of_parameters(text: &str) -> usize {
    let mut quoted = false;
    let mut escaped = false;
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            b',' if !quoted => return at,
            _ => {}
        }
    }
    text.len()
}

/// The relations of one link: the first `rel` counts, and may name several.
fn relations(parameters: &str) -> impl Iterator<Item = String> {
    let rel = parameters.split(';').find_map(|parameter| {
        let (name, value) = parameter.split_once('=')?;
        name.trim().eq_ignore_ascii_case("rel").then(|| value.trim().trim_matches('"').to_owned())
    });
    let names: Vec<String> = rel.iter().flat_map(|names| names.split_ascii_whitespace()).map(str::to_owned).collect();
    names.into_iter()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn relations_are_found_in_any_form_that_the_rfc_allows() {
        let links = Links::parse(
            "<https://a.example/?page=2&x=a,b>; rel=\"next\", <https://a.example/?page=9>;title=\"a, \\\"b\"; REL=\"Last up\" , </first>; rel=first",
        );
        assert_eq!(links.next(), Some("https://a.example/?page=2&x=a,b"));
        assert_eq!(
            (links.get("last"), links.get("up")),
            (Some("https://a.example/?page=9"), Some("https://a.example/?page=9"))
        );
        assert_eq!(links.get("first"), Some("/first"));
        assert_eq!(links.get("prev"), None);
    }

    #[test]
    fn what_is_no_link_is_left_out() {
        for odd in ["", "rel=next", "<https://a.example", "<>", "https://a.example; rel=next"] {
            assert_eq!(Links::parse(odd).next(), None, "{odd}");
        }
    }
}
