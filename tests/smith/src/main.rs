//! Writes random guests, as `weighbridge-smith SEED COUNT`: a connector that does nothing, then one guest for each seed.
//!
//! Each is one byte that says its family, four that say its length (little endian), and a component. The same seed is the
//! same bytes. Modules: `guest` makes one, by `shape` (what it may import and must export) and `graft` (random code in the
//! frame of a connector).

mod graft;
mod guest;
mod random;
mod shape;

use std::io::{self, BufWriter, ErrorKind, Write};

use anyhow::{Context as _, Result};

use guest::{Family, Frame};

fn main() -> Result<()> {
    let mut numbers = std::env::args().skip(1).map(|number| number.parse::<u64>());
    let mut number =
        |name| numbers.next().with_context(|| format!("which {name}?"))?.with_context(|| format!("the {name}"));
    let (seed, count) = (number("seed")?, number("count")?);
    let frame = Frame::read()?;
    let mut out = BufWriter::new(io::stdout().lock());
    write(&mut out, Family::Honest, &frame.honest()?)?;
    for index in 0..count {
        let (family, component) = guest::make(seed.wrapping_add(index), &frame);
        match write(&mut out, family, &component) {
            // Whoever reads has had enough.
            Err(error) if error.kind() == ErrorKind::BrokenPipe => return Ok(()),
            written => written?,
        }
    }
    Ok(())
}

fn write(out: &mut impl Write, family: Family, component: &[u8]) -> io::Result<()> {
    let length = u32::try_from(component.len()).map_err(io::Error::other)?;
    out.write_all(&[family as u8])?;
    out.write_all(&length.to_le_bytes())?;
    out.write_all(component)?;
    out.flush()
}
