//! Two workspaces in one host, whose sources give the same ids to different things: a token opens its own workspace, and
//! nothing tells it that there is another.

mod cursors;
mod tokens;

use std::sync::OnceLock;

use serde_json::Value;
use weighbridge_tests::kit::{Answered, Host, Serving, Source, TOKEN};
use weighbridge_tests::upstream::{Organisation, Upstream};

/// A workspace, by its word: it is in every name that it has, and in none of the other's.
struct Tenant {
    word: &'static str,
    token: String,
}

/// A host with two workspaces, that serves.
struct Shared {
    host: Host,
    serving: Serving,
    alpha: &'static Tenant,
    beta: &'static Tenant,
}

const WORDS: [&str; 2] = ["alphacanary", "betacanary"];
/// The organisation of the second workspace is another one: another seed.
const SEEDS: [u64; 2] = [1, 2];
const SETTINGS: [&str; 4] = [
    "owner=acme",
    "repositories=[\"shop\"]",
    "streams=[\"repositories\",\"people\",\"teams\",\"pull-requests\"]",
    "details=false",
];

fn secret(word: &str) -> String {
    format!("{TOKEN}{word}")
}

/// Two organisations of the same name and the same ids, told apart by the credential. The names in each hold its word.
fn source() -> Source {
    let now = "2026-06-30T12:00:00Z".parse().expect("an instant");
    let upstreams = [0, 1].map(|index| {
        let upstream = Upstream::new(Organisation::generate(now, SEEDS[index])).token(secret(WORDS[index]));
        (WORDS[index], upstream)
    });
    Source::start(move |asked| {
        let whose = |word: &str| asked.authorization.is_some_and(|given| given.ends_with(&secret(word)));
        let (word, upstream) = upstreams.iter().find(|(word, _)| whose(word)).unwrap_or(&upstreams[0]);
        let mut answer = upstream.answer(asked);
        let text = String::from_utf8(answer.body).expect("JSON");
        let text = text.replace("\"name\":\"Checkout\"", &format!("\"name\":\"Checkout {word}\""));
        answer.body = text.replace("\"name\":\"Ada Adler\"", &format!("\"name\":\"Ada {word}\"")).into_bytes();
        answer
    })
}

fn connect(host: &Host, workspace: &str, word: &str) {
    let file = host.folder().join("secret");
    std::fs::write(&file, secret(word)).expect("written");
    let credential = format!("token={}", file.display());
    let name = format!("github-{word}");
    let set = SETTINGS.iter().flat_map(|setting| ["--set", setting]);
    let arguments =
        ["connect", "weighbridge/github", "--workspace", workspace, "--name", &name, "--credential", &credential];
    let _ = host.run(&arguments.into_iter().chain(set).collect::<Vec<_>>()).good();
}

/// One token of all scopes.
fn token(host: &Host, workspace: &str) -> String {
    let scopes = ["metrics:read", "connections:read", "runs:read", "plugins:read", "people:read"];
    let scopes = scopes.iter().flat_map(|scope| ["--scope", scope]);
    let arguments = ["token", "new", "all", "--json", "--workspace", workspace];
    let made = host.run(&arguments.into_iter().chain(scopes).collect::<Vec<_>>()).good().json();
    made["token"].as_str().expect("a token").to_owned()
}

/// The host as it is after both were synced, with their tokens.
fn synced() -> &'static (Host, [Tenant; 2]) {
    static SYNCED: OnceLock<(Host, [Tenant; 2])> = OnceLock::new();
    SYNCED.get_or_init(|| {
        let source = source();
        let host = Host::template();
        let folder = host.folder().display().to_string();
        // What is there is left as it is; a workspace of a new name is made.
        let _ = host.run(&["init", &folder, "--workspace", WORDS[1]]).good();
        host.route(&source, false);
        host.install_connector("github");
        let tenants = [("default", WORDS[0]), (WORDS[1], WORDS[1])].map(|(workspace, word)| {
            connect(&host, workspace, word);
            // Twice, so that lists of runs have pages.
            let _ = host.run(&["sync", "--workspace", workspace]).good();
            let _ = host.run(&["sync", "--workspace", workspace]).good();
            Tenant { word, token: token(&host, workspace) }
        });
        (host, tenants)
    })
}

fn shared() -> Shared {
    let (host, [alpha, beta]) = synced();
    let host = host.copy();
    let serving = Serving::start(&host);
    Shared { host, serving, alpha, beta }
}

impl Shared {
    /// Each tenant, and the other.
    fn pairs(&self) -> [(&Tenant, &Tenant); 2] {
        [(self.alpha, self.beta), (self.beta, self.alpha)]
    }

    fn ask(&self, path: &str, tenant: &Tenant) -> Answered {
        self.ask_with(path, Some(&tenant.token), &[])
    }

    fn ask_with(&self, path: &str, token: Option<&str>, headers: &[(&str, &str)]) -> Answered {
        block_on(self.serving.ask(path, token, headers))
    }

    /// The ids of a list.
    fn ids(&self, path: &str, tenant: &Tenant) -> Vec<String> {
        let page = self.ask(path, tenant).json();
        let items = page["items"].as_array().unwrap_or_else(|| panic!("{page}"));
        items.iter().map(|item| item["id"].as_str().expect("an id").to_owned()).collect()
    }

    /// Every path that the document lists, with every id that this tenant has.
    fn addresses(&self, tenant: &Tenant) -> Vec<String> {
        let document = self.ask_with("/openapi.json", None, &[]).json();
        let paths = document["paths"].as_object().expect("paths");
        let filled = paths.keys().flat_map(|path| match path.split_once("/{id}") {
            None => vec![path.clone()],
            Some((list, rest)) => {
                self.ids(list, tenant).into_iter().map(|id| format!("{list}/{id}{rest}")).collect::<Vec<_>>()
            }
        });
        let mut addresses: Vec<_> = filled.collect();
        assert!(addresses.len() >= paths.len(), "{addresses:?}");
        let window = "from=2026-01-01&to=2026-06-30";
        for group in ["repository", "team", "person"] {
            addresses.push(format!("/v1/metrics/pull-requests-merged?{window}&group_by={group}"));
        }
        addresses
    }
}

fn block_on<T>(future: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(future)
}

#[test]
fn no_answer_to_a_token_names_anything_of_another_workspace() {
    let shared = shared();
    for (tenant, other) in shared.pairs() {
        let mut own = 0;
        let foreign_ids = [shared.ids("/v1/connections", other), shared.ids("/v1/runs", other)].concat();
        for path in shared.addresses(tenant) {
            let answer = shared.ask(&path, tenant);
            assert_eq!(answer.status, 200, "{path}: {}", answer.text);
            assert!(!answer.text.contains(other.word), "{path}: {}", answer.text);
            for id in &foreign_ids {
                assert!(!answer.text.contains(id), "{path}: {}", answer.text);
            }
            own += usize::from(answer.text.contains(tenant.word));
        }
        assert!(own >= 3, "its connections and its team are named: {own}");
    }
}

#[test]
fn an_id_of_another_workspace_is_the_id_of_nothing() {
    let shared = shared();
    for (tenant, other) in shared.pairs() {
        for list in ["/v1/connections", "/v1/runs"] {
            let foreign = shared.ids(list, other);
            assert!(!foreign.is_empty());
            for id in foreign {
                let answer = shared.ask(&format!("{list}/{id}"), tenant);
                answer.problem(404, "not-found", &[]);
                // In the same words as an id that was never given.
                let never = format!("{list}/{}0000", &id[..id.len() - 4]);
                let (mut here, mut there) = (answer.json(), shared.ask(&never, tenant).json());
                (here["instance"], there["instance"]) = (Value::Null, Value::Null);
                assert_eq!(here, there);
            }
        }
        let connection = &shared.ids("/v1/connections", other)[0];
        let runs = shared.ask(&format!("/v1/runs?connection={connection}"), tenant);
        assert!(runs.status == 404 || runs.json()["items"] == serde_json::json!([]), "{}", runs.text);
    }
}

#[test]
fn a_workspace_cannot_be_asked_for() {
    let shared = shared();
    for (tenant, other) in shared.pairs() {
        let id = shared.ask("/v1/workspace", other).json()["id"].as_str().expect("an id").to_owned();
        let names = ["x-workspace", "x-workspace-id", "x-weighbridge-workspace", "workspace"];
        let headers: Vec<_> = names.iter().map(|name| (*name, id.as_str())).collect();
        for path in shared.addresses(tenant).iter().filter(|path| path.starts_with("/v1/")) {
            let mark = if path.contains('?') { '&' } else { '?' };
            for parameter in ["workspace", "workspace_id"] {
                let answer = shared.ask(&format!("{path}{mark}{parameter}={id}"), tenant);
                answer.problem(400, "invalid-parameter", &[parameter, "is not a parameter"]);
            }
            let plain = shared.ask(path, tenant).text;
            assert_eq!(shared.ask_with(path, Some(&tenant.token), &headers).text, plain, "{path}");
        }
    }
}

#[test]
fn figures_are_those_of_the_workspaces_own_source() {
    let shared = shared();
    let window = "from=2026-01-01&to=2026-06-30";
    let totals = shared.pairs().map(|(tenant, _)| {
        let answer = shared.ask(&format!("/v1/metrics/pull-requests-merged?{window}"), tenant).json();
        let total = answer["series"][0]["points"][0]["value"].as_f64().expect("a figure");
        let groups = shared.ask(&format!("/v1/metrics/pull-requests-merged?{window}&group_by=repository"), tenant);
        let series = groups.json()["series"].as_array().map_or(0, Vec::len);
        assert_eq!(series, 1, "one repository of that id, not one for each workspace: {}", groups.text);
        total
    });
    // As if each were alone: a host of its own, with the same source.
    let alone = [0, 1].map(|index| {
        let source = source();
        let host = Host::new();
        host.route(&source, false);
        host.install_connector("github");
        connect(&host, "default", WORDS[index]);
        let _ = host.run(&["sync"]).good();
        host.figure("pull-requests-merged", "2026-01-01", "2026-06-30").expect("a figure")
    });
    assert!(totals[0] != totals[1], "the organisations differ");
    assert_eq!(totals, alone);
}
