//! Where the requests of a run went, by host, template, method and status: bounded however many there were.

use std::collections::BTreeMap;

use domain::inspection::Traffic;
use egress::EgressEntry;

/// Sorts of request that are told apart. Beyond them the template is left out, and beyond as many again everything is.
const SORTS: usize = 200;
/// What stands for what is left out.
const REST: &str = "…";

/// The requests so far.
#[derive(Debug, Default)]
pub(super) struct Sorted(BTreeMap<Sort, (Traffic, Times)>);

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Sort {
    host: String,
    template: String,
    method: String,
    status: Option<u16>,
}

/// How often each time was taken, to two digits.
#[derive(Debug, Default)]
struct Times(BTreeMap<u32, u64>);

impl Sorted {
    /// Add one request.
    pub(super) fn add(&mut self, entry: EgressEntry) {
        // Destructured whole, so that a part that is forgotten does not compile.
        let EgressEntry { host, method, path: _, template, retry, status, refused, error, bytes_in, bytes_out, millis } =
            entry;
        let sort = self.place(Sort { host, template, method, status });
        let (sum, times) = self.0.entry(sort).or_default();
        sum.error = sum.error.take().or(error);
        sum.requests += 1;
        sum.refused += u64::from(refused);
        sum.retries += u64::from(retry);
        sum.bytes_in += bytes_in;
        sum.bytes_out += bytes_out;
        let millis = u32::try_from(millis).unwrap_or(u32::MAX);
        sum.max_ms = sum.max_ms.max(millis);
        times.add(millis);
    }

    /// The sort itself while there is room for it, and a coarser one after that.
    fn place(&self, sort: Sort) -> Sort {
        if self.0.len() < SORTS || self.0.contains_key(&sort) {
            return sort;
        }
        let coarser = Sort { template: REST.to_owned(), ..sort };
        if self.0.len() < 2 * SORTS || self.0.contains_key(&coarser) {
            return coarser;
        }
        Sort { host: REST.to_owned(), method: REST.to_owned(), status: None, ..coarser }
    }

    /// What the run's record keeps, by host, template, method and status.
    pub(super) fn told(&self) -> Vec<Traffic> {
        let tell = |(sort, (sum, times)): (&Sort, &(Traffic, Times))| {
            let Sort { host, template, method, status } = sort.clone();
            let (p50_ms, p95_ms) = (times.percentile(50).min(sum.max_ms), times.percentile(95).min(sum.max_ms));
            Traffic { host, template, method, status, p50_ms, p95_ms, ..sum.clone() }
        };
        self.0.iter().map(tell).collect()
    }
}

impl Times {
    fn add(&mut self, millis: u32) {
        *self.0.entry(two_digits(millis)).or_default() += 1;
    }

    /// The least time that so many of a hundred did not exceed.
    fn percentile(&self, of_hundred: u64) -> u32 {
        let rank = (self.0.values().sum::<u64>() * of_hundred).div_ceil(100);
        let mut seen = 0;
        let found = self.0.iter().find(|(_, count)| {
            seen += **count;
            seen >= rank
        });
        found.map_or(0, |(millis, _)| *millis)
    }
}

/// Rounded up to two digits, so that there are a few hundred times at most.
fn two_digits(millis: u32) -> u32 {
    let mut unit = 1_u32;
    while millis / unit >= 100 {
        unit *= 10;
    }
    millis.div_ceil(unit).saturating_mul(unit)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(template: &str, status: u16, millis: u64) -> EgressEntry {
        EgressEntry {
            host: "a.test".to_owned(),
            method: "GET".to_owned(),
            template: template.to_owned(),
            status: Some(status),
            bytes_in: 10,
            millis,
            ..EgressEntry::default()
        }
    }

    #[test]
    fn requests_of_one_sort_are_one_line_with_their_times() {
        let mut sorted = Sorted::default();
        for millis in 1..=100 {
            sorted.add(entry("/items/{number}", 200, millis));
        }
        sorted.add(EgressEntry { retry: true, ..entry("/items/{number}", 503, 7_777) });
        let told = sorted.told();
        let [good, bad] = &told[..] else { panic!("{told:?}") };
        assert_eq!((good.requests, good.bytes_in, good.retries), (100, 1_000, 0));
        assert_eq!((good.p50_ms, good.p95_ms, good.max_ms), (50, 95, 100));
        assert_eq!((bad.status, bad.retries, bad.p50_ms, bad.max_ms), (Some(503), 1, 7_777, 7_777));
    }

    #[test]
    fn a_run_tells_of_a_bounded_number_of_sorts_and_of_every_request() {
        let mut sorted = Sorted::default();
        for number in 0..10_000_u32 {
            let host = format!("h{}.test", number % 1_000);
            sorted.add(EgressEntry { host, ..entry(&format!("/w{number}"), 200, 1) });
        }
        let told = sorted.told();
        assert_eq!(told.len(), 2 * SORTS + 1);
        assert_eq!(told.iter().map(|sort| sort.requests).sum::<u64>(), 10_000);
    }

    #[test]
    fn there_are_few_times_however_different_they_are() {
        assert_eq!([7, 99, 100, 101, 12_345, 0].map(two_digits), [7, 99, 100, 110, 13_000, 0]);
        assert_eq!(two_digits(u32::MAX), u32::MAX);
    }
}
