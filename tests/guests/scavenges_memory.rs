//! A017: Fills all of its memory with a canary, and in the next calls looks for it in memory that it was not given.
#![expect(unsafe_code, reason = "memory that was not written to is what it looks for")]

use weighbridge_guests::{guest, team};
use weighbridge_sdk::Page;

guest!(pull: |call| {
    const CANARY: u8 = 0xc5;
    let page: u32 = call.cursor()?.unwrap_or_default();
    let mut found = 0;
    let mut blocks = Vec::new();
    for _ in 0..20 {
        let mut block: Vec<u8> = Vec::with_capacity(1 << 20);
        for byte in block.spare_capacity_mut() {
            // SAFETY: any byte is a byte; memory of WebAssembly is never undefined, and it is looked at before it is written.
            found += usize::from(unsafe { std::ptr::from_mut(byte).cast::<u8>().read_volatile() } == CANARY);
            byte.write(CANARY);
        }
        blocks.push(std::hint::black_box(block));
    }
    let records = if found > 64 { vec![team(format!("{found} in page {page}"))] } else { Vec::new() };
    if page == 12 { Page::done(records, &page) } else { Page::more(records, &(page + 1)) }
});
