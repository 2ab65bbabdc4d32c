//! Reading an answer's body, within the cap of one answer and the budget of the call.
//!
//! Bytes are counted piece by piece, so that a bomb is left where it crosses the cap.

use std::time::Duration;

use bytes::Bytes;
use domain::exchange::ExchangeError;
use tokio::time::timeout;

use crate::fault;
use crate::inflate::{Inflater, Sink};

/// Reads to the end, or to the first limit. Without a body its encoding does not matter: answers to `HEAD` name one.
pub(crate) async fn read(
    answer: &mut reqwest::Response,
    idle: Duration,
    sink: Sink<'_>,
) -> Result<Vec<u8>, ExchangeError> {
    let Some(first) = next(answer, idle).await? else { return Ok(Vec::new()) };
    let mut inflater = Inflater::new(answer.headers(), sink)?;
    let mut piece = Some(first);
    while let Some(bytes) = piece {
        inflater.take(&bytes)?;
        // A source that is always ready with the next piece must not keep the timeouts from being looked at.
        tokio::task::coop::consume_budget().await;
        piece = next(answer, idle).await?;
    }
    inflater.finish()
}

async fn next(answer: &mut reqwest::Response, idle: Duration) -> Result<Option<Bytes>, ExchangeError> {
    let piece = timeout(idle, answer.chunk()).await.map_err(|_| ExchangeError::Timeout)?;
    piece.map_err(|error| fault::translate(&error))
}
