//! Reading an answer's body, inflated, within the cap of one answer and the budget of the call.
//!
//! Bytes are counted as they are inflated, piece by piece, so that a bomb is left where it crosses the cap.

use std::time::Duration;

use domain::exchange::ExchangeError;
use tokio::time::timeout;

use crate::fault;
use crate::meter::Meter;

/// Reads to the end, or to the first limit. `read` grows with every piece, so that it is right however it ends.
pub(crate) async fn read(
    answer: &mut reqwest::Response,
    cap: u32,
    idle: Duration,
    meter: &Meter,
    read: &mut u64,
) -> Result<Vec<u8>, ExchangeError> {
    let mut body = Vec::new();
    loop {
        let piece = timeout(idle, answer.chunk()).await.map_err(|_| ExchangeError::Timeout)?;
        let Some(piece) = piece.map_err(|error| fault::translate(&error))? else { return Ok(body) };
        *read += piece.len() as u64;
        meter.take_in(piece.len())?;
        if body.len() + piece.len() > cap as usize {
            return Err(ExchangeError::TooLarge(cap));
        }
        body.extend_from_slice(&piece);
    }
}
