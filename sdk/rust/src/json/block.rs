//! 64 bytes at a time, as masks: bit `n` tells of byte `n`.

/// Bytes of one block.
pub(super) const BLOCK: usize = 64;

/// Where the bytes lie that matter for skipping.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Masks {
    pub(super) quotes: u64,
    pub(super) backslashes: u64,
    /// `{` and `[`.
    pub(super) opening: u64,
    /// `}` and `]`.
    pub(super) closing: u64,
}

/// For each quote the bits from it up to before the next: what lies within strings, where the block begins outside of one.
pub(super) fn within(quotes: u64) -> u64 {
    let mut mask = quotes;
    for shift in [1, 2, 4, 8, 16, 32] {
        mask ^= mask << shift;
    }
    mask
}

#[cfg(target_arch = "wasm32")]
mod vector {
    #![expect(
        unsafe_code,
        reason = "loads of vectors; WebAssembly with this instruction set or none at all is what runs"
    )]

    use core::arch::wasm32::{u8x16_bitmask, u8x16_eq, u8x16_lt, u8x16_splat, v128, v128_load, v128_or};

    use super::{BLOCK, Masks};

    #[target_feature(enable = "simd128")]
    fn bits(block: &[u8; BLOCK], test: impl Fn(v128) -> v128) -> u64 {
        let part = |index: usize| {
            // SAFETY: sixteen bytes from each of the four quarters lie within the block.
            let bytes = unsafe { v128_load(block.as_ptr().add(16 * index).cast()) };
            u64::from(u8x16_bitmask(test(bytes))) << (16 * index)
        };
        part(0) | part(1) | part(2) | part(3)
    }

    #[target_feature(enable = "simd128")]
    pub(in super::super) fn masks(block: &[u8; BLOCK]) -> Masks {
        let is = |byte: u8| bits(block, move |bytes| u8x16_eq(bytes, u8x16_splat(byte)));
        // `[` and `{` differ in one bit, and so do `]` and `}`.
        let folded =
            |byte: u8| bits(block, move |bytes| u8x16_eq(v128_or(bytes, u8x16_splat(0x20)), u8x16_splat(byte)));
        Masks { quotes: is(b'"'), backslashes: is(b'\\'), opening: folded(b'{'), closing: folded(b'}') }
    }

    /// Bytes that end a run of plain text in a string: a quote, a backslash, or a control character.
    #[target_feature(enable = "simd128")]
    pub(in super::super) fn ends(block: &[u8; BLOCK]) -> u64 {
        bits(block, |bytes| {
            let control = u8x16_lt(bytes, u8x16_splat(0x20));
            v128_or(v128_or(u8x16_eq(bytes, u8x16_splat(b'"')), u8x16_eq(bytes, u8x16_splat(b'\\'))), control)
        })
    }
}

#[cfg(not(target_arch = "wasm32"))]
mod plain {
    use super::{BLOCK, Masks};

    fn bits(block: &[u8; BLOCK], test: impl Fn(u8) -> bool) -> u64 {
        (0..).zip(block).fold(0, |mask, (index, byte)| mask | u64::from(test(*byte)) << index)
    }

    pub(in super::super) fn masks(block: &[u8; BLOCK]) -> Masks {
        let is = |wanted: u8| bits(block, |byte| byte == wanted);
        let folded = |wanted: u8| bits(block, |byte| byte | 0x20 == wanted);
        Masks { quotes: is(b'"'), backslashes: is(b'\\'), opening: folded(b'{'), closing: folded(b'}') }
    }

    pub(in super::super) fn ends(block: &[u8; BLOCK]) -> u64 {
        bits(block, |byte| matches!(byte, b'"' | b'\\' | 0..0x20))
    }
}

#[cfg(not(target_arch = "wasm32"))]
pub(super) use plain::{ends, masks};
#[cfg(target_arch = "wasm32")]
pub(super) use vector::{ends, masks};
