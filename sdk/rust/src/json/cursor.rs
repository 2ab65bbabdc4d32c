//! Where the reader stands in the text.
//!
//! What loops over blocks is compiled for the instructions that make the masks, so that they become part of the loop.

use super::GaveUp;
use super::block::{BLOCK, ends, masks, within};

/// A place in a text. It always lies on the border of a character.
#[derive(Debug)]
pub(super) struct Cursor<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Cursor<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self { text, at: 0 }
    }

    /// The next byte that is not a space, which stays.
    pub(super) fn peek(&mut self) -> Result<u8, GaveUp> {
        loop {
            match self.text.as_bytes().get(self.at) {
                Some(b' ' | b'\n' | b'\r' | b'\t') => self.at += 1,
                Some(byte) => return Ok(*byte),
                None => return Err(GaveUp),
            }
        }
    }

    /// Step over the byte that was seen.
    pub(super) fn step(&mut self) {
        self.at += 1;
    }

    /// Step over this byte, which must come next.
    pub(super) fn expect(&mut self, byte: u8) -> Result<(), GaveUp> {
        if self.peek()? != byte {
            return Err(GaveUp);
        }
        self.step();
        Ok(())
    }

    /// Step over this word, which must come next.
    pub(super) fn word(&mut self, word: &str) -> Result<(), GaveUp> {
        if !self.text.as_bytes()[self.at..].starts_with(word.as_bytes()) {
            return Err(GaveUp);
        }
        self.at += word.len();
        Ok(())
    }

    /// Nothing but spaces may follow.
    pub(super) fn end(&mut self) -> Result<(), GaveUp> {
        if self.peek().is_ok() { Err(GaveUp) } else { Ok(()) }
    }

    /// The string that begins here, without its quotes; and whether it has escapes.
    #[cfg_attr(target_arch = "wasm32", target_feature(enable = "simd128"))]
    pub(super) fn string(&mut self) -> Result<(&'a str, bool), GaveUp> {
        self.expect(b'"')?;
        let begin = self.at;
        let mut escaped = false;
        loop {
            self.at = self.next_end()?;
            match self.text.as_bytes()[self.at] {
                b'"' => break,
                b'\\' => {
                    escaped = true;
                    self.at += 2;
                }
                _ => return Err(GaveUp),
            }
        }
        let string = self.text.get(begin..self.at).ok_or(GaveUp)?;
        self.at += 1;
        Ok((string, escaped))
    }

    /// Where the run of plain text ends that begins here.
    #[cfg_attr(target_arch = "wasm32", target_feature(enable = "simd128"))]
    fn next_end(&self) -> Result<usize, GaveUp> {
        let rest = self.text.as_bytes().get(self.at..).ok_or(GaveUp)?;
        let (blocks, tail) = rest.as_chunks::<BLOCK>();
        for (index, block) in blocks.iter().enumerate() {
            let found = ends(block);
            if found != 0 {
                return Ok(self.at + index * BLOCK + found.trailing_zeros() as usize);
            }
        }
        let found = tail.iter().position(|byte| matches!(byte, b'"' | b'\\' | 0..0x20)).ok_or(GaveUp)?;
        Ok(self.at + blocks.len() * BLOCK + found)
    }

    /// The number that begins here.
    pub(super) fn number(&mut self) -> &'a str {
        let rest = &self.text[self.at..];
        let is_part = |byte: u8| byte.is_ascii_digit() || matches!(byte, b'-' | b'+' | b'.' | b'e' | b'E');
        let length = rest.bytes().position(|byte| !is_part(byte)).unwrap_or(rest.len());
        self.at += length;
        &rest[..length]
    }

    /// Step over the value that begins here, whatever it is.
    pub(super) fn skip(&mut self) -> Result<(), GaveUp> {
        match self.peek()? {
            b'"' => self.string().map(drop),
            b'{' | b'[' => {
                self.step();
                self.skip_nested()
            }
            b't' => self.word("true"),
            b'f' => self.word("false"),
            b'n' => self.word("null"),
            _ if self.number().is_empty() => Err(GaveUp),
            _ => Ok(()),
        }
    }

    /// Step behind the bracket that closes what was just opened.
    #[cfg_attr(target_arch = "wasm32", target_feature(enable = "simd128"))]
    fn skip_nested(&mut self) -> Result<(), GaveUp> {
        let mut depth: u32 = 1;
        while depth > 0 {
            let rest = &self.text.as_bytes()[self.at..];
            match rest.first_chunk::<BLOCK>() {
                Some(block) => depth = self.skip_block(block, depth)?,
                None => depth = self.skip_byte(depth)?,
            }
        }
        Ok(())
    }

    /// Step over a block that begins outside of strings, up to the last string in it that goes on beyond.
    #[cfg_attr(target_arch = "wasm32", target_feature(enable = "simd128"))]
    fn skip_block(&mut self, block: &[u8; BLOCK], depth: u32) -> Result<u32, GaveUp> {
        let masks = masks(block);
        if masks.backslashes != 0 {
            return self.skip_byte(depth);
        }
        let strings = within(masks.quotes);
        let (opening, closing) = (masks.opening & !strings, masks.closing & !strings);
        if closing.count_ones() >= depth {
            return Ok(self.find_close(opening, closing, depth));
        }
        // A string that does not end in the block is read to its end.
        if strings >> (BLOCK - 1) == 1 {
            let last = BLOCK - 1 - masks.quotes.leading_zeros() as usize;
            self.at += last;
            self.string()?;
        } else {
            self.at += BLOCK;
        }
        Ok(depth + opening.count_ones() - closing.count_ones())
    }

    /// Step behind the bracket of the block where the depth becomes 0, or over the block where it does not.
    fn find_close(&mut self, opening: u64, closing: u64, mut depth: u32) -> u32 {
        let mut brackets = opening | closing;
        while brackets != 0 {
            let bracket = brackets & brackets.wrapping_neg();
            if opening & bracket != 0 {
                depth += 1;
            } else {
                depth -= 1;
            }
            brackets ^= bracket;
            if depth == 0 || brackets == 0 {
                self.at += bracket.trailing_zeros() as usize + 1;
                break;
            }
        }
        depth
    }

    /// One byte, or one string.
    fn skip_byte(&mut self, depth: u32) -> Result<u32, GaveUp> {
        match self.text.as_bytes().get(self.at) {
            Some(b'"') => return self.string().map(|_| depth),
            Some(b'{' | b'[') => self.at += 1,
            Some(b'}' | b']') => {
                self.at += 1;
                return Ok(depth - 1);
            }
            Some(_) => {
                self.at += 1;
                return Ok(depth);
            }
            None => return Err(GaveUp),
        }
        Ok(depth + 1)
    }
}
