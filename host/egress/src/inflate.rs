//! Inflating an answer's body, piece by piece, into a sink that says when it is enough.
//!
//! It is done here and not by the HTTP client, so that bytes count as they come in and as they inflate, whichever is more:
//! a stream that inflates to nothing is paid for, too. What is encoded otherwise than was asked for is refused, since
//! nobody could blank a credential in it.

use std::io::{self, Write};

use domain::exchange::ExchangeError;
use flate2::write::GzDecoder;
use http::HeaderMap;
use http::header::CONTENT_ENCODING;

use crate::meter::Meter;

/// What is asked for. *To add one*: a variant of [`Coding`] and of `Decoder`, and a bomb in the tests.
pub(crate) const ACCEPTED: &str = "gzip, br, zstd";

/// The largest window of zstd, as a power of two: 8 MiB, which RFC 9659 tells servers to stay below.
const ZSTD_WINDOW: u32 = 23;
/// What brotli inflates at a time, in bytes.
const BROTLI_PIECE: usize = 16 * 1024;

/// How a body is encoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Coding {
    Identity,
    Gzip,
    Brotli,
    Zstd,
}

impl Coding {
    /// What the headers say; nothing if it is not what was asked for.
    fn of(headers: &HeaderMap) -> Option<Self> {
        let lines: Option<Vec<_>> = headers.get_all(CONTENT_ENCODING).iter().map(|line| line.to_str().ok()).collect();
        let names = lines?.join(",").to_ascii_lowercase();
        let mut layers = names.split(',').map(str::trim).filter(|name| !matches!(*name, "" | "identity"));
        match (layers.next(), layers.next()) {
            (None, _) => Some(Self::Identity),
            (Some("gzip" | "x-gzip"), None) => Some(Self::Gzip),
            (Some("br"), None) => Some(Self::Brotli),
            (Some("zstd"), None) => Some(Self::Zstd),
            _ => None,
        }
    }
}

enum Decoder<W: Write> {
    Identity(W),
    /// One member: each takes a new decoder, so many of nothing would cost much.
    Gzip(GzDecoder<W>),
    Brotli(Box<brotli::DecompressorWriter<W>>),
    Zstd(zstd::stream::write::Decoder<'static, W>),
}

/// A body that is being read.
pub(crate) struct Inflater<'m> {
    decoder: Decoder<Sink<'m>>,
    /// Bytes that came in, as they were.
    came: u64,
}

impl<'m> Inflater<'m> {
    /// A body that is encoded as the headers say.
    pub(crate) fn new(headers: &HeaderMap, sink: Sink<'m>) -> Result<Self, ExchangeError> {
        let coding = Coding::of(headers).ok_or_else(|| {
            ExchangeError::Malformed(format!("the body is encoded otherwise than asked for ({ACCEPTED})"))
        })?;
        let decoder = match coding {
            Coding::Identity => Decoder::Identity(sink),
            Coding::Gzip => Decoder::Gzip(GzDecoder::new(sink)),
            Coding::Brotli => Decoder::Brotli(Box::new(brotli::DecompressorWriter::new(sink, BROTLI_PIECE))),
            Coding::Zstd => {
                let decoder = zstd::stream::write::Decoder::new(sink).and_then(|mut decoder| {
                    decoder.window_log_max(ZSTD_WINDOW)?;
                    Ok(decoder)
                });
                Decoder::Zstd(decoder.map_err(|_| rotten())?)
            }
        };
        Ok(Self { decoder, came: 0 })
    }

    /// Takes the next piece as it came in.
    pub(crate) fn take(&mut self, piece: &[u8]) -> Result<(), ExchangeError> {
        let written = match &mut self.decoder {
            Decoder::Identity(sink) => sink.write_all(piece),
            Decoder::Gzip(decoder) => decoder.write_all(piece),
            Decoder::Brotli(decoder) => decoder.write_all(piece),
            Decoder::Zstd(decoder) => decoder.write_all(piece),
        };
        self.came += piece.len() as u64;
        let came = self.came;
        let sink = self.sink();
        match (sink.full.take(), written) {
            (Some(limit), _) => Err(limit),
            (None, Ok(())) => sink.reach(came),
            (None, Err(_)) => Err(rotten()),
        }
    }

    /// The body, if it is whole.
    pub(crate) fn finish(mut self) -> Result<Vec<u8>, ExchangeError> {
        let whole = match &mut self.decoder {
            Decoder::Identity(_) => Ok(()),
            Decoder::Gzip(decoder) => decoder.try_finish(),
            Decoder::Brotli(decoder) => decoder.close(),
            Decoder::Zstd(decoder) => decoder.do_finish(),
        };
        let sink = self.sink();
        match (sink.full.take(), whole) {
            (Some(limit), _) => Err(limit),
            (None, Ok(())) => Ok(std::mem::take(&mut sink.body)),
            (None, Err(_)) => Err(ExchangeError::Connection("the compressed body is cut off or damaged".to_owned())),
        }
    }

    fn sink(&mut self) -> &mut Sink<'m> {
        match &mut self.decoder {
            Decoder::Identity(sink) => sink,
            Decoder::Gzip(decoder) => decoder.get_mut(),
            Decoder::Brotli(decoder) => decoder.get_mut(),
            Decoder::Zstd(decoder) => decoder.get_mut(),
        }
    }
}

fn rotten() -> ExchangeError {
    ExchangeError::Malformed("the body does not inflate".to_owned())
}

/// Where a body ends up, within the cap of one answer and the budget of the call.
pub(crate) struct Sink<'m> {
    body: Vec<u8>,
    cap: u32,
    meter: &'m Meter,
    /// The bytes that were counted so far: as many as came, or as many as they inflated to.
    counted: &'m mut u64,
    /// The limit that was crossed.
    full: Option<ExchangeError>,
}

impl<'m> Sink<'m> {
    /// An empty one. `counted` grows with every piece, so that it is right however it ends.
    pub(crate) fn new(cap: u32, meter: &'m Meter, counted: &'m mut u64) -> Self {
        Self { body: Vec::new(), cap, meter, counted, full: None }
    }

    /// Counts up to `total` bytes of this answer.
    fn reach(&mut self, total: u64) -> Result<(), ExchangeError> {
        let more = total.saturating_sub(*self.counted);
        *self.counted += more;
        self.meter.take_in(more)?;
        if total > u64::from(self.cap) { Err(ExchangeError::TooLarge(self.cap)) } else { Ok(()) }
    }
}

impl Write for Sink<'_> {
    fn write(&mut self, piece: &[u8]) -> io::Result<usize> {
        if self.full.is_none() {
            self.full = self.reach((self.body.len() + piece.len()) as u64).err();
        }
        if self.full.is_some() {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        self.body.extend_from_slice(piece);
        Ok(piece.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use domain::Budget;

    use super::*;

    #[test]
    fn what_inflates_to_nothing_is_paid_for_as_it_came() {
        let (meter, mut counted) = (Meter::new(Budget::default()), 0);
        let headers = HeaderMap::from_iter([(CONTENT_ENCODING, http::HeaderValue::from_static("gzip"))]);
        let mut inflater = Inflater::new(&headers, Sink::new(200, &meter, &mut counted)).expect("gzip");
        let begin = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255];
        let empty_block = [0, 0, 0, 255, 255];
        inflater.take(&begin).expect("a beginning");
        for _ in 0..38 {
            inflater.take(&empty_block).expect("as much as the cap");
        }
        assert_eq!(inflater.take(&empty_block), Err(ExchangeError::TooLarge(200)), "the 201st byte");
        drop(inflater);
        assert_eq!((counted, meter.usage().bytes_in), (205, 205));
    }

    #[test]
    fn an_answer_may_fill_its_cap_and_each_byte_counts_once() {
        let meter = Meter::new(Budget::default());
        let mut counted = 0;
        let mut sink = Sink::new(10, &meter, &mut counted);
        sink.write_all(b"1234").expect("room");
        sink.write_all(b"567890").expect("room to the last byte");
        assert_eq!((sink.body.len(), *sink.counted), (10, 10));
        assert!(sink.write_all(b"1").is_err());
        assert_eq!((sink.full, sink.body.len()), (Some(ExchangeError::TooLarge(10)), 10));
        assert_eq!((counted, meter.usage().bytes_in), (11, 11));
    }
}
