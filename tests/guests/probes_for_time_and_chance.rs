//! A018: Brings whatever differs from one call to the next: clocks, seeds, addresses, the bits of what is no number.
use weighbridge_guests::{guest, team};
use weighbridge_sdk::records::RecordKind;
use weighbridge_sdk::{Page, Stream};

use std::hash::{BuildHasher, RandomState};

// A sweep, so that both of its runs begin with the same cursor: none.
guest!(streams: Ok(vec![Stream::sweep("all", [RecordKind::Team])]), pull: |_| {
    let seed = RandomState::new().hash_one("seed");
    let stack = std::ptr::from_ref(&seed).addr();
    let heap = std::ptr::from_ref(&*Box::new(1_u8)).addr();
    let none = std::hint::black_box(0.0_f64) / std::hint::black_box(0.0);
    let bits = none.to_bits() ^ (-none).sqrt().to_bits();
    Page::done(vec![team(format!("{seed:x} {stack:x} {heap:x} {bits:x}"))], &1)
});
