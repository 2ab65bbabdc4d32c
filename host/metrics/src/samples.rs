//! The distribution of a bucket: exact values as long as they are few, a sketch beyond.
//!
//! Encoding: nothing for no values; `1` and the values in ascending order as little-endian doubles, up to
//! [`BUCKET_LIMIT`]; `2` and the bytes of a DDSketch (the format of the reference implementation in Java) beyond. Buckets are
//! merged exactly while all are exact and no more than [`WINDOW_LIMIT`] values come together.

mod percentile;

use serde::Serialize;
use sketches_ddsketch::{Config, DDSketch};

pub use percentile::percentile;

/// How many values a bucket keeps as they are.
pub const BUCKET_LIMIT: usize = 1_000;
/// How many values an answer is computed from as they are.
pub const WINDOW_LIMIT: usize = 10_000;
/// How far a percentile of a sketch may be from the exact one, relative to it.
pub const RELATIVE_ERROR: f64 = 0.01;

const EXACT: u8 = 1;
const SKETCH: u8 = 2;

/// How a value was computed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Method {
    /// From all inputs.
    Exact,
    /// From a sketch: within 1 % of the exact value.
    Sketch,
}

/// Why bytes are no distribution.
#[derive(Debug, thiserror::Error)]
pub enum SamplesError {
    /// Written in a form that this version does not know.
    #[error("unknown encoding {0}")]
    Encoding(u8),
    /// The doubles are cut off, out of order, or not numbers.
    #[error("broken values")]
    Values,
    /// The sketch cannot be read.
    #[error("broken sketch")]
    Sketch(#[from] sketches_ddsketch::DecodeError),
    /// The sketch was made with another error bound.
    #[error("a sketch with another error bound")]
    Bound,
}

/// A distribution.
pub struct Samples(Form);

enum Form {
    /// In ascending order.
    Exact(Vec<f64>),
    Sketch(Box<DDSketch>),
}

impl Samples {
    /// The distribution of these values, which are finite.
    #[must_use]
    pub fn from_values(values: Vec<f64>) -> Self {
        Self::from_values_within(values, BUCKET_LIMIT)
    }

    fn from_values_within(mut values: Vec<f64>, limit: usize) -> Self {
        values.sort_by(f64::total_cmp);
        if values.len() <= limit {
            return Self(Form::Exact(values));
        }
        let mut sketch = new_sketch();
        values.iter().for_each(|value| sketch.add(*value));
        Self(Form::Sketch(Box::new(sketch)))
    }

    /// The bytes of a bucket.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        match &self.0 {
            Form::Exact(values) if values.is_empty() => Vec::new(),
            Form::Exact(values) => {
                let doubles = values.iter().flat_map(|value| value.to_le_bytes());
                std::iter::once(EXACT).chain(doubles).collect()
            }
            Form::Sketch(sketch) => std::iter::once(SKETCH).chain(sketch.to_java_bytes()).collect(),
        }
    }

    /// The distribution of a bucket's bytes.
    ///
    /// # Errors
    /// The bytes were not written by [`Samples::encode`].
    pub fn decode(bytes: &[u8]) -> Result<Self, SamplesError> {
        match bytes.split_first() {
            None => Ok(Self(Form::Exact(Vec::new()))),
            Some((&EXACT, doubles)) => decode_values(doubles).map(|values| Self(Form::Exact(values))),
            Some((&SKETCH, bytes)) => Ok(Self(Form::Sketch(Box::new(DDSketch::from_java_bytes(bytes)?)))),
            Some((&other, _)) => Err(SamplesError::Encoding(other)),
        }
    }

    /// The distribution of all values together.
    ///
    /// # Errors
    /// A sketch was made with another error bound.
    pub fn merge(parts: impl IntoIterator<Item = Self>) -> Result<Self, SamplesError> {
        let mut values = Vec::new();
        let mut merged: Option<DDSketch> = None;
        for part in parts {
            match part.0 {
                Form::Exact(part) => values.extend(part),
                Form::Sketch(part) => {
                    merged.get_or_insert_with(new_sketch).merge(&part).map_err(|_| SamplesError::Bound)?;
                }
            }
        }
        let Some(mut sketch) = merged else {
            return Ok(Self::from_values_within(values, WINDOW_LIMIT));
        };
        values.iter().for_each(|value| sketch.add(*value));
        Ok(Self(Form::Sketch(Box::new(sketch))))
    }

    /// The percentile at `share` (0 to 1) by linear interpolation of the ranks (type 7); none without values.
    #[must_use]
    pub fn percentile(&self, share: f64) -> Option<f64> {
        match &self.0 {
            Form::Exact(values) => percentile(values.len(), share, |rank| values[rank]),
            Form::Sketch(sketch) => percentile(sketch.count(), share, |rank| at_rank(sketch, rank)),
        }
    }

    /// How its percentiles come about.
    #[must_use]
    pub const fn method(&self) -> Method {
        match self.0 {
            Form::Exact(_) => Method::Exact,
            Form::Sketch(_) => Method::Sketch,
        }
    }
}

/// Bins for values from a microsecond to more than the age of the world, each within the error bound.
fn new_sketch() -> DDSketch {
    DDSketch::new(Config::new(RELATIVE_ERROR, 2_048, 1e-9))
}

/// The value of this rank, counted from 0. A sketch takes a share and rounds down to a rank: the middle between two ranks
/// is safe from rounding.
#[expect(clippy::cast_precision_loss, reason = "ranks are far below 2^52")]
fn at_rank(sketch: &DDSketch, rank: usize) -> f64 {
    let last = sketch.count().saturating_sub(1);
    let share = if rank >= last { 1.0 } else { (rank as f64 + 0.5) / last as f64 };
    let (least, most) = (sketch.min().unwrap_or(f64::MIN), sketch.max().unwrap_or(f64::MAX));
    sketch.quantile(share).ok().flatten().unwrap_or(f64::NAN).clamp(least, most)
}

fn decode_values(doubles: &[u8]) -> Result<Vec<f64>, SamplesError> {
    let (chunks, rest) = doubles.as_chunks::<8>();
    let values: Vec<f64> = chunks.iter().map(|chunk| f64::from_le_bytes(*chunk)).collect();
    let sound = rest.is_empty() && values.iter().all(|value| value.is_finite()) && values.is_sorted();
    sound.then_some(values).ok_or(SamplesError::Values)
}

#[cfg(test)]
mod tests;
