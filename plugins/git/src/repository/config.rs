//! The few keys of Git's configuration file that decide whether, and under which name, a repository can be read.

/// What the connector asks of `config`.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Config {
    /// `extensions.objectFormat`: the hash of object ids; `sha1` where it is not given.
    pub(super) object_format: Option<String>,
    /// `extensions.refStorage`: how references are kept; `files` where it is not given.
    pub(super) ref_storage: Option<String>,
    /// `extensions.partialClone` or `remote.*.promisor`: whether a remote keeps what is missing here.
    pub(super) partial: bool,
    /// `remote.origin.url`.
    pub(super) origin: Option<String>,
}

impl Config {
    /// Read a configuration file. What it does not know, it passes over; includes are not followed.
    pub(super) fn parse(text: &str) -> Self {
        let mut config = Self::default();
        let mut section = String::new();
        for line in text.lines().map(str::trim) {
            if let Some(header) = line.strip_prefix('[') {
                section = header.split(']').next().unwrap_or_default().trim().to_owned();
                continue;
            }
            let Some((key, value)) = line.split_once('=') else { continue };
            let value = Some(value.trim().trim_matches('"').to_owned());
            match (section.to_ascii_lowercase().as_str(), key.trim().to_ascii_lowercase().as_str()) {
                ("extensions", "objectformat") => config.object_format = value,
                ("extensions", "refstorage") => config.ref_storage = value,
                ("extensions", "partialclone") => config.partial = true,
                (remote, "promisor") if remote.starts_with("remote ") => {
                    config.partial = value.as_deref() == Some("true");
                }
                ("remote \"origin\"", "url") => config.origin = value,
                _ => {}
            }
        }
        config
    }

    /// The name that the remote's address gives: `acme/shop` of `https://host/acme/shop.git`. Of a path on this machine
    /// only the last part, since the rest says nothing of the repository.
    pub(super) fn name(&self) -> Option<String> {
        let origin = self.origin.as_deref()?.trim_end_matches('/').trim_end_matches(".git");
        let remote = origin.split_once("://").map(|(scheme, rest)| (scheme != "file", rest));
        let (has_owner, path) = match remote {
            Some((true, rest)) => (true, rest.split_once('/')?.1),
            Some((false, rest)) => (false, rest),
            // `host:acme/shop`, unless the colon belongs to a path.
            None => match origin.split_once(':') {
                Some((host, path)) if !host.contains('/') => (true, path),
                _ => (false, origin),
            },
        };
        let mut parts = path.rsplit('/').filter(|part| !part.is_empty());
        let last = parts.next()?;
        match parts.next() {
            Some(owner) if has_owner => Some(format!("{owner}/{last}")),
            _ => Some(last.to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_is_the_remotes_without_host_and_credential() {
        for (url, name) in [
            ("https://user:secret@git.example/acme/shop.git", "acme/shop"),
            ("git@git.example:acme/shop.git", "acme/shop"),
            ("ssh://git@git.example:22/group/acme/shop/", "acme/shop"),
            ("/srv/people/shop.git", "shop"),
            ("file:///srv/shop", "shop"),
            ("../shop", "shop"),
        ] {
            let config = Config::parse(&format!("[core]\n\tbare = true\n[remote \"origin\"]\n\turl = {url}\n"));
            assert_eq!(config.name().as_deref(), Some(name), "{url}");
        }
        assert_eq!(Config::parse("[core]\nurl = https://a.example/b").name(), None);
    }

    #[test]
    fn extensions_are_read_in_any_letter_case() {
        let config = Config::parse("[Extensions]\n  objectFormat = sha256\n  RefStorage=reftable\n");
        assert_eq!(config.object_format.as_deref(), Some("sha256"));
        assert_eq!(config.ref_storage.as_deref(), Some("reftable"));
    }
}
