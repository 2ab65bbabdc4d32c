//! Hosts that are connected with a stand-in for api.github.com.

use std::fs;
use std::sync::OnceLock;

use super::host::Host;
use super::source::Source;
use crate::upstream::{Organisation, Upstream};

/// What the simulator must be shown, and what must lie in no file of a host.
pub const TOKEN: &str = "ghs_canary0123456789abcdefghijklmnop";

impl Source {
    /// A generated organisation, the same each time, behind [`TOKEN`].
    #[must_use]
    pub fn organisation() -> Self {
        let now = "2026-06-30T12:00:00Z".parse().expect("an instant");
        Self::simulator(Upstream::new(Organisation::generate(now, 1)).token(TOKEN))
    }
}

impl Host {
    /// Connect `weighbridge/github` under this name, with these settings and [`TOKEN`].
    #[track_caller]
    pub fn connect_github(&self, name: &str, settings: &[&str]) {
        let secret = self.folder().join("secret");
        fs::write(&secret, TOKEN).expect("written");
        let credential = format!("token={}", secret.display());
        let set = settings.iter().flat_map(|setting| ["--set", setting]);
        let arguments = ["connect", "weighbridge/github", "--name", name, "--credential", &credential];
        let _ = self.run(&arguments.into_iter().chain(set).collect::<Vec<_>>()).good();
        fs::remove_file(secret).expect("removed");
    }

    /// A host with a connection `github` of these settings to this source that has brought nothing yet: a copy of the
    /// first one, which is made once.
    #[track_caller]
    #[must_use]
    pub fn connected(first: &OnceLock<Self>, settings: &[&str], source: &Source, server_syncs: bool) -> Self {
        let first = first.get_or_init(|| {
            let host = Self::template();
            host.install_connector("github");
            host.connect_github("github", settings);
            host
        });
        let host = first.copy();
        host.route(source, server_syncs);
        host
    }

    /// Send the requests for api.github.com to this source. Whether a server syncs by itself is for the test to say.
    pub fn route(&self, source: &Source, server_syncs: bool) {
        self.configure(&format!(
            "[listen]\naddress = \"127.0.0.1:0\"\n[log]\nfilter = \"warn\"\n[sync]\nenabled = {server_syncs}\n[egress]\n\
             routes = [{{ host = \"api.github.com\", to = \"{}\" }}]\n",
            source.origin
        ));
    }
}
