//! The data format, as serde sees it.

use std::borrow::Cow;

use serde::Deserializer;
use serde::de::{DeserializeSeed, IntoDeserializer, MapAccess, SeqAccess, Visitor};
use serde::forward_to_deserialize_any;

use super::GaveUp;
use super::cursor::Cursor;

/// Values within values: deeper than this is left to `serde_json`, which has a limit of its own.
const DEPTH: u8 = 100;

/// Reads one value.
pub(super) struct Reader<'c, 'de> {
    cursor: &'c mut Cursor<'de>,
    depth: u8,
}

impl<'c, 'de> Reader<'c, 'de> {
    pub(super) fn new(cursor: &'c mut Cursor<'de>) -> Self {
        Self { cursor, depth: DEPTH }
    }

    /// The list or object that begins here, up to its closing bracket.
    fn nested<T>(self, read: impl FnOnce(&mut Items<'_, 'de>) -> Result<T, GaveUp>, close: u8) -> Result<T, GaveUp> {
        let depth = self.depth.checked_sub(1).ok_or(GaveUp)?;
        self.cursor.step();
        let mut items = Items { cursor: self.cursor, depth, close, first: true };
        let value = read(&mut items)?;
        self.cursor.expect(close).map(|()| value)
    }

    fn number<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, GaveUp> {
        let number = self.cursor.number();
        // What begins with a zero and is more, and the negative zero, are `serde_json`'s to judge.
        if number != "0" && number.trim_start_matches('-').starts_with('0') {
            return Err(GaveUp);
        }
        if number.starts_with('-') {
            return visitor.visit_i64(number.parse().map_err(|_| GaveUp)?);
        }
        visitor.visit_u64(number.parse().map_err(|_| GaveUp)?)
    }
}

/// The text of a string. Escapes are `serde_json`'s.
fn text<'de>(cursor: &mut Cursor<'de>) -> Result<Cow<'de, str>, GaveUp> {
    let (string, escaped) = cursor.string()?;
    if !escaped {
        return Ok(Cow::Borrowed(string));
    }
    serde_json::from_str(&format!("\"{string}\"")).map(Cow::Owned).map_err(|_| GaveUp)
}

impl<'de> Deserializer<'de> for Reader<'_, 'de> {
    type Error = GaveUp;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, GaveUp> {
        match self.cursor.peek()? {
            b'"' => match text(self.cursor)? {
                Cow::Borrowed(text) => visitor.visit_borrowed_str(text),
                Cow::Owned(text) => visitor.visit_string(text),
            },
            b'{' => self.nested(|items| visitor.visit_map(items), b'}'),
            b'[' => self.nested(|items| visitor.visit_seq(items), b']'),
            b't' => self.cursor.word("true").and_then(|()| visitor.visit_bool(true)),
            b'f' => self.cursor.word("false").and_then(|()| visitor.visit_bool(false)),
            b'n' => self.cursor.word("null").and_then(|()| visitor.visit_unit()),
            _ => self.number(visitor),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, GaveUp> {
        if self.cursor.peek()? == b'n' {
            self.cursor.word("null")?;
            return visitor.visit_none();
        }
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, GaveUp> {
        visitor.visit_newtype_struct(self)
    }

    /// Variants without content, by their names.
    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, GaveUp> {
        visitor.visit_enum(text(self.cursor)?.into_deserializer())
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, GaveUp> {
        self.cursor.skip()?;
        visitor.visit_unit()
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct seq tuple
        tuple_struct map struct identifier
    }
}

/// Reads what stands between two brackets.
struct Items<'c, 'de> {
    cursor: &'c mut Cursor<'de>,
    depth: u8,
    close: u8,
    first: bool,
}

impl<'de> Items<'_, 'de> {
    /// Whether there is another, standing at it.
    fn advance(&mut self) -> Result<bool, GaveUp> {
        let next = self.cursor.peek()?;
        if next == self.close {
            return Ok(false);
        }
        if !std::mem::replace(&mut self.first, false) {
            self.cursor.expect(b',')?;
        }
        Ok(true)
    }

    fn value<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<T::Value, GaveUp> {
        seed.deserialize(Reader { cursor: self.cursor, depth: self.depth })
    }
}

impl<'de> SeqAccess<'de> for &mut Items<'_, 'de> {
    type Error = GaveUp;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, GaveUp> {
        if self.advance()? { self.value(seed).map(Some) } else { Ok(None) }
    }
}

impl<'de> MapAccess<'de> for &mut Items<'_, 'de> {
    type Error = GaveUp;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, GaveUp> {
        if !self.advance()? {
            return Ok(None);
        }
        // Whatever else a key may be, it is a string in JSON; numbers as keys are `serde_json`'s to read.
        if self.cursor.peek()? != b'"' { Err(GaveUp) } else { self.value(seed).map(Some) }
    }

    fn next_value_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<T::Value, GaveUp> {
        self.cursor.expect(b':')?;
        self.value(seed)
    }
}
