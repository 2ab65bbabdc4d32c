//! What an author implements, and the constructors of what it answers with.

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::records::{Record, RecordKind};
use crate::{Failure, Next, Page, Stream, StreamMode};

/// The host refuses a longer cursor.
const CURSOR_LIMIT: usize = 4 * 1024;

/// A connector. All of its functions are pure: nothing lasts from one call to the next but the cursor.
pub trait Connector {
    /// The settings of a connection, as the manifest's schema describes them. Give it `deny_unknown_fields`: a mistyped
    /// key is then an error that names it. Use `()`-like empty structs for none.
    type Settings: DeserializeOwned;

    /// What the types of the settings cannot say. The default accepts everything.
    ///
    /// # Errors
    /// [`Failure::settings`], naming the field and the way out.
    fn check(_settings: &Self::Settings) -> Result<(), Failure> {
        Ok(())
    }

    /// The streams of this connection, asked at the start of each run. Whatever fails alone deserves its own stream.
    ///
    /// # Errors
    /// Any failure; the run then ends before the first page.
    fn streams(settings: &Self::Settings, now: &str) -> Result<Vec<Stream>, Failure>;

    /// One page of one stream.
    ///
    /// # Errors
    /// Any failure; the cursor stays where it was, and the host decides by the failure's kind when to come back.
    fn pull(call: &Call<'_, Self::Settings>) -> Result<Page, Failure>;
}

/// One call of [`Connector::pull`].
#[derive(Debug, Clone, Copy)]
pub struct Call<'a, S> {
    /// The settings, checked.
    pub settings: &'a S,
    /// The name of the stream, one of those that [`Connector::streams`] gave.
    pub stream: &'a str,
    /// The instant of this call, RFC 3339: the only clock there is.
    pub now: &'a str,
    pub(crate) cursor: Option<&'a str>,
}

impl<S> Call<'_, S> {
    /// The cursor that the last page ended with; none on the first call and at the start of each sweep.
    ///
    /// # Errors
    /// [`Failure::invalid_data`] where the stored cursor is not of this shape: give new fields a serde default.
    pub fn cursor<T: DeserializeOwned>(&self) -> Result<Option<T>, Failure> {
        let read = |text| {
            serde_json::from_str(text).map_err(|error| {
                Failure::invalid_data(format!(
                    "the cursor of {} cannot be read: {error}; reset the stream",
                    self.stream
                ))
            })
        };
        self.cursor.map(read).transpose()
    }
}

impl Page {
    /// A page with more to come at once.
    ///
    /// # Errors
    /// [`Failure::invalid_data`] where the cursor is over 4 KiB or is not JSON.
    pub fn more<T: Serialize>(records: Vec<Record>, cursor: &T) -> Result<Self, Failure> {
        Ok(Self { records, next: Next::More(write_cursor(cursor)?) })
    }

    /// The last page for now; the next run starts at this cursor. A sweep ends with it.
    ///
    /// # Errors
    /// [`Failure::invalid_data`] where the cursor is over 4 KiB or is not JSON.
    pub fn done<T: Serialize>(records: Vec<Record>, cursor: &T) -> Result<Self, Failure> {
        Ok(Self { records, next: Next::Done(write_cursor(cursor)?) })
    }
}

fn write_cursor<T: Serialize>(cursor: &T) -> Result<String, Failure> {
    let text = serde_json::to_string(cursor)
        .map_err(|error| Failure::invalid_data(format!("the cursor cannot be written: {error}")))?;
    if text.len() > CURSOR_LIMIT {
        return Err(Failure::invalid_data(format!("the cursor has {} bytes, over its {CURSOR_LIMIT}", text.len())));
    }
    Ok(text)
}

impl Stream {
    /// A stream whose cursor moves forward: each run brings what is new or changed.
    pub fn incremental(name: impl Into<String>, kinds: impl Into<Vec<RecordKind>>) -> Self {
        Self { name: name.into(), mode: StreamMode::Incremental, kinds: kinds.into() }
    }

    /// A stream that lists everything on each run; what a finished sweep did not see is deleted.
    pub fn sweep(name: impl Into<String>, kinds: impl Into<Vec<RecordKind>>) -> Self {
        Self { name: name.into(), mode: StreamMode::Sweep, kinds: kinds.into() }
    }
}
