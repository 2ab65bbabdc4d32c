//! A page's records, sorted by kind and written as JSON, ready for one statement each.

use std::collections::{BTreeMap, HashMap};

use domain::{Record, RecordKind};

use crate::StoreError;

/// The records of one kind, without tombstones; of one id, the last.
#[derive(Debug)]
pub(crate) struct Batch {
    pub(crate) kind: RecordKind,
    ids: Vec<String>,
    json: String,
}

/// A page, taken apart.
#[derive(Debug)]
pub(crate) struct Batches {
    pub(crate) upserts: Vec<Batch>,
    /// JSON arrays of the ids that the page says are deleted.
    pub(crate) tombstones: Vec<(RecordKind, String)>,
}

impl Batch {
    pub(crate) fn len(&self) -> u64 {
        self.ids.len() as u64
    }

    /// The ids as a JSON array.
    pub(crate) fn ids_json(&self) -> Result<String, StoreError> {
        Ok(serde_json::to_string(&self.ids)?)
    }

    /// The records as a JSON array.
    pub(crate) fn records_json(&self) -> &str {
        &self.json
    }
}

impl Batches {
    /// Where a page names a thing twice, the later word counts, be it a record or a tombstone.
    pub(crate) fn of(records: &[Record]) -> Result<Self, StoreError> {
        let last: HashMap<_, _> =
            records.iter().enumerate().map(|(index, record)| ((record.kind(), id(record)), index)).collect();
        let mut written: BTreeMap<RecordKind, (Vec<String>, Vec<u8>)> = BTreeMap::new();
        let mut buried: BTreeMap<RecordKind, Vec<&str>> = BTreeMap::new();
        for (index, record) in records.iter().enumerate() {
            let (kind, id) = (record.kind(), id(record));
            if last[&(kind, id)] != index {
                continue;
            }
            if matches!(record, Record::Tombstone(_)) {
                buried.entry(kind).or_default().push(id);
                continue;
            }
            let (ids, json) = written.entry(kind).or_default();
            json.push(if ids.is_empty() { b'[' } else { b',' });
            write(record, json)?;
            ids.push(id.to_owned());
        }
        let upserts = written.into_iter().map(|(kind, (ids, mut json))| {
            json.push(b']');
            Batch { kind, ids, json: String::from_utf8_lossy(&json).into_owned() }
        });
        let tombstones = buried.into_iter().map(|(kind, ids)| Ok((kind, serde_json::to_string(&ids)?)));
        Ok(Self { upserts: upserts.collect(), tombstones: tombstones.collect::<Result<_, StoreError>>()? })
    }
}

/// Does the same with each variant's record.
macro_rules! each {
    ($record:expr, $inner:ident => $body:expr) => {
        match $record {
            Record::Person($inner) => $body,
            Record::Team($inner) => $body,
            Record::Membership($inner) => $body,
            Record::Repository($inner) => $body,
            Record::Commit($inner) => $body,
            Record::PullRequest($inner) => $body,
            Record::Review($inner) => $body,
            Record::Comment($inner) => $body,
            Record::WorkItem($inner) => $body,
            Record::Transition($inner) => $body,
            Record::Deployment($inner) => $body,
            Record::Workflow($inner) => $body,
            Record::WorkflowRun($inner) => $body,
            Record::Tombstone($inner) => $body,
        }
    };
}

fn id(record: &Record) -> &str {
    each!(record, inner => &inner.id)
}

fn write(record: &Record, out: &mut Vec<u8>) -> Result<(), StoreError> {
    Ok(each!(record, inner => serde_json::to_writer(out, inner))?)
}
