//! Where the requests of a run went, host by host.

use std::collections::BTreeMap;

use api::EgressSummary;
use serde::Deserialize;
use serde_json::Value;

/// A request as a run keeps it; what it does not say counts for nothing.
#[derive(Deserialize)]
#[serde(default)]
#[derive(Default)]
struct Entry {
    host: String,
    status: Option<u16>,
    error: Option<String>,
    bytes_in: u64,
    bytes_out: u64,
}

impl Entry {
    /// Whether the host stopped it before anything was sent: not granted, over a budget, or told to wait.
    fn was_refused(&self) -> bool {
        const REFUSALS: [&str; 3] = ["denied: ", "the budget ", "rate-limited "];
        let error = self.error.as_deref().unwrap_or_default();
        self.status.is_none() && REFUSALS.iter().any(|refusal| error.starts_with(refusal))
    }
}

/// The requests, added up for each host, by its name.
pub(super) fn by_host(entries: &[Value]) -> Vec<EgressSummary> {
    let mut hosts: BTreeMap<String, EgressSummary> = BTreeMap::new();
    for entry in entries.iter().filter_map(|entry| Entry::deserialize(entry).ok()) {
        let refused = entry.was_refused();
        let Entry { host, bytes_in, bytes_out, .. } = entry;
        let empty = EgressSummary { host: host.clone(), requests: 0, refused: 0, bytes_in: 0, bytes_out: 0 };
        let sum = hosts.entry(host).or_insert(empty);
        sum.requests += u64::from(!refused);
        sum.refused += u64::from(refused);
        sum.bytes_in += bytes_in;
        sum.bytes_out += bytes_out;
    }
    hosts.into_values().collect()
}

#[cfg(test)]
mod tests {
    use domain::exchange::ExchangeError;
    use serde_json::json;

    use super::*;

    #[test]
    fn requests_are_added_up_by_host_and_those_never_sent_are_told_apart() {
        let failed = |error: ExchangeError| json!({ "host": "b.example", "status": null, "error": error.to_string() });
        let entries = [
            json!({ "host": "b.example", "status": 200, "error": null, "bytes_in": 7 }),
            json!({ "host": "a.example", "status": 200, "error": null, "bytes_in": 5 }),
            failed(ExchangeError::Denied("not granted".to_owned())),
            failed(ExchangeError::Budget("requests")),
            failed(ExchangeError::RateLimited(9)),
            failed(ExchangeError::Timeout),
            // The answer came, and was too much.
            json!({ "host": "b.example", "status": 200, "error": ExchangeError::Budget("bytes-in").to_string() }),
        ];
        let of = |host: &str, requests, refused, bytes_in| EgressSummary {
            host: host.to_owned(),
            requests,
            refused,
            bytes_in,
            bytes_out: 0,
        };
        assert_eq!(by_host(&entries), [of("a.example", 1, 0, 5), of("b.example", 3, 3, 7)]);
    }
}
