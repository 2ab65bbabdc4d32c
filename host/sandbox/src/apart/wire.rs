//! What the two processes say to each other: frames of a length, four bytes little-endian, and a message in postcard.
//!
//! Both ends are this program, so there is no version. Values of the interface go over as the guest gave them, and are
//! lowered where they are believed.

use std::collections::BTreeMap;
use std::io::{self, Read};
use std::time::Duration;

use domain::exchange::{ExchangeError, Request, Response};
use domain::{Budget, BudgetKind, WorkspaceId};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use tokio::io::{AsyncRead, AsyncReadExt as _};

use crate::bindings::exports::weighbridge::connector::source::{Page, PullArgs, StreamInfo};
use crate::bindings::weighbridge::connector::files::{Entry, FileError};
use crate::bindings::weighbridge::connector::http::HttpError;
use crate::call::Answered;
use crate::capability::Interfaces;
use crate::capability::http::budget_of;
use crate::compile::ARTEFACT;
use crate::engine::PrepareError;

/// The longest frame to the guests: an artefact.
pub(super) const TO_GUESTS: u64 = ARTEFACT + 1024;
/// The longest frame from them: a page as large as a budget can have it, and its log and state.
pub(super) const TO_HOST: u64 = 128 * 1024 * 1024;

/// What the host says.
#[derive(Serialize, Deserialize)]
pub(super) enum ToGuests {
    /// Make a component ready, under this number.
    Load { component: u32, interfaces: Interfaces, artefact: Vec<u8> },
    /// It is not called any more.
    Unload { component: u32 },
    /// Call it.
    Call { call: u64, component: u32, given: Given, export: Export },
    /// The answer to a question of this call.
    Answer { call: u64, question: u32, answer: Answer },
    /// Nobody waits for this call any more.
    Cancel { call: u64 },
}

/// What a call is given, beside what it asks for.
#[derive(Serialize, Deserialize)]
pub(super) struct Given {
    /// For whom: decides whose turn it is, nothing else.
    pub(super) workspace: WorkspaceId,
    pub(super) weight: u32,
    pub(super) budget: Budget,
    pub(super) http: bool,
    pub(super) files: bool,
    pub(super) state: BTreeMap<String, String>,
}

/// Which export is called, and with what.
#[derive(Clone, Serialize, Deserialize)]
pub(super) enum Export {
    Streams { settings: String, now: String },
    Pull(PullArgs),
}

/// What the guests' process says.
#[derive(Serialize, Deserialize)]
pub(super) enum ToHost {
    /// What became of a component.
    Loaded { component: u32, result: Result<(), Unfit> },
    /// The guest of this call asks for something.
    Question { call: u64, question: u32, ask: Ask },
    /// The call has ended.
    Done { call: u64, done: Box<Done> },
}

/// What a guest can ask for.
#[derive(Serialize, Deserialize)]
pub(super) enum Ask {
    Http(Request),
    Files(Look),
}

/// What a guest can ask of its directory.
#[derive(Serialize, Deserialize)]
pub(super) enum Look {
    Stat(String),
    List(String),
    Read { path: String, offset: u64, length: u32 },
}

/// The answers, in the order of the questions.
#[derive(Serialize, Deserialize)]
pub(super) enum Answer {
    Http(Result<Response, HttpError>),
    Files(Seen),
}

/// The answers about a directory, in the order of the questions.
#[derive(Serialize, Deserialize)]
pub(super) enum Seen {
    Stat(FromFiles<Entry>),
    List(FromFiles<Vec<Entry>>),
    Read(FromFiles<Vec<u8>>),
}

/// An answer about files, the CPU time that it took, and the bytes read so far in this call.
#[derive(Serialize, Deserialize)]
pub(super) struct FromFiles<T> {
    pub(super) answer: Result<T, FileError>,
    pub(super) worked: Duration,
    pub(super) used: u64,
}

/// What a call ended with.
#[derive(Serialize, Deserialize)]
pub(super) enum Done {
    Streams(Answered<Vec<StreamInfo>>),
    Pull(Answered<Page>),
}

/// Why a component cannot be called: what of [`PrepareError`] is found out by loading and linking.
#[derive(Serialize, Deserialize)]
pub(super) enum Unfit {
    NotGranted(String),
    World(String),
    TooLarge { what: String, found: u32, limit: u32 },
    Load(String),
}

impl From<PrepareError> for Unfit {
    fn from(error: PrepareError) -> Self {
        match error {
            PrepareError::NotGranted { interface } => Self::NotGranted(interface),
            PrepareError::TooLarge { what, found, limit } => Self::TooLarge { what: what.to_owned(), found, limit },
            PrepareError::World(reason) => Self::World(reason),
            other => Self::Load(other.to_string()),
        }
    }
}

impl From<Unfit> for PrepareError {
    fn from(unfit: Unfit) -> Self {
        match unfit {
            Unfit::NotGranted(interface) => Self::NotGranted { interface },
            Unfit::World(reason) => Self::World(reason),
            Unfit::TooLarge { what, found, limit } => {
                let what = if what == "tables" { "tables" } else { "linear memories" };
                Self::TooLarge { what, found, limit }
            }
            Unfit::Load(reason) => Self::Load(reason),
        }
    }
}

/// The refusal of a request, as egress gave it.
pub(super) fn lower_error(error: HttpError) -> ExchangeError {
    match error {
        HttpError::Denied(reason) => ExchangeError::Denied(reason),
        HttpError::Budget(name) => ExchangeError::Budget(budget_of(&name).unwrap_or(BudgetKind::Requests)),
        HttpError::RateLimited(seconds) => ExchangeError::RateLimited(seconds),
        HttpError::Name(reason) => ExchangeError::Name(reason),
        HttpError::Connection(reason) => ExchangeError::Connection(reason),
        HttpError::Tls(reason) => ExchangeError::Tls(reason),
        HttpError::Timeout => ExchangeError::Timeout,
        HttpError::TooLarge(bytes) => ExchangeError::TooLarge(bytes),
        HttpError::Malformed(reason) | HttpError::Body(reason) => ExchangeError::Malformed(reason),
    }
}

/// The frame of a message.
pub(super) fn frame(message: &impl Serialize) -> io::Result<Vec<u8>> {
    let mut frame = postcard::to_extend(message, vec![0; 4]).map_err(io::Error::other)?;
    let length = u32::try_from(frame.len() - 4).map_err(io::Error::other)?;
    frame[..4].copy_from_slice(&length.to_le_bytes());
    Ok(frame)
}

/// The next message; none at the end. No more room is made than bytes come.
pub(super) fn read<T: DeserializeOwned>(pipe: &mut impl Read, most: u64) -> io::Result<Option<T>> {
    let mut length = [0; 4];
    match pipe.read_exact(&mut length) {
        Ok(()) => {}
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
        Err(error) => return Err(error),
    }
    let length = bounded(length, most)?;
    let mut bytes = Vec::new();
    pipe.take(length).read_to_end(&mut bytes)?;
    parse(&bytes, length).map(Some)
}

/// The same from a pipe of the host's.
pub(super) async fn receive<T: DeserializeOwned>(
    pipe: &mut (impl AsyncRead + Unpin),
    most: u64,
) -> io::Result<Option<T>> {
    let mut length = [0; 4];
    match pipe.read_exact(&mut length).await {
        Ok(_) => {}
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
        Err(error) => return Err(error),
    }
    let length = bounded(length, most)?;
    let mut bytes = Vec::new();
    pipe.take(length).read_to_end(&mut bytes).await?;
    parse(&bytes, length).map(Some)
}

fn bounded(length: [u8; 4], most: u64) -> io::Result<u64> {
    let length = u64::from(u32::from_le_bytes(length));
    if length <= most { Ok(length) } else { Err(io::Error::other(format!("a frame of {length} bytes"))) }
}

fn parse<T: DeserializeOwned>(bytes: &[u8], length: u64) -> io::Result<T> {
    if bytes.len() as u64 != length {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    match postcard::take_from_bytes(bytes) {
        Ok((message, [])) => Ok(message),
        Ok(_) => Err(io::Error::other("a frame is longer than its message")),
        Err(error) => Err(io::Error::other(error)),
    }
}
