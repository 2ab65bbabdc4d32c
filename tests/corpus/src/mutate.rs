//! Inputs made from others: bits, bytes, numbers and pieces changed, the same way in every run.

/// Bytes that readers trip over.
const ODD: [u8; 16] = [0, 1, 0x7f, 0x80, 0xff, b'"', b'\\', b'\n', b'\r', b'%', b'/', b'.', b'{', b'[', b'=', 0xc2];
/// Numbers that readers trip over.
const NUMBERS: [&[u8]; 8] = [
    b"0",
    b"-1",
    b"65536",
    b"2147483648",
    b"4294967296",
    b"9223372036854775807",
    b"18446744073709551615",
    b"99999999999999999999999",
];
/// Inputs do not grow beyond this, in bytes.
const LONGEST: usize = 256 * 1024;

pub(crate) struct Mutator {
    inputs: Vec<Vec<u8>>,
    state: u64,
}

impl Mutator {
    /// Mutate these, of which there is at least one.
    pub(crate) fn new(inputs: Vec<Vec<u8>>) -> Self {
        Self { inputs, state: 7 }
    }

    /// The next input.
    pub(crate) fn next(&mut self) -> Vec<u8> {
        let at = self.below(self.inputs.len());
        let mut input = self.inputs[at].clone();
        for _ in 0..=self.below(5) {
            self.step(&mut input);
        }
        input.truncate(LONGEST);
        input
    }

    fn step(&mut self, input: &mut Vec<u8>) {
        if input.is_empty() {
            input.push(self.byte());
            return;
        }
        let (at, length) = (self.below(input.len()), 1 + self.below(16));
        let end = (at + length).min(input.len());
        match self.below(8) {
            0 => input[at] ^= 1 << self.below(8),
            1 => input[at] = self.byte(),
            2 => drop(input.drain(at..end)),
            3 => {
                let piece = input[at..end].repeat(1 + self.below(4));
                input.splice(at..at, piece);
            }
            4 => {
                let piece: Vec<u8> = (0..length).map(|_| self.byte()).collect();
                input.splice(at..at, piece);
            }
            5 => input.truncate(at),
            6 => self.number(input, at),
            _ => {
                let other = self.below(self.inputs.len());
                let other = &self.inputs[other];
                let from = at.min(other.len());
                input.splice(at.., other[from..].iter().copied());
            }
        }
    }

    /// Another number where one begins at or behind this place.
    fn number(&mut self, input: &mut Vec<u8>, at: usize) {
        let Some(begin) = (at..input.len()).find(|at| input[*at].is_ascii_digit()) else { return };
        let digits = input[begin..].iter().take_while(|byte| byte.is_ascii_digit()).count();
        let number = NUMBERS[self.below(NUMBERS.len())];
        input.splice(begin..begin + digits, number.iter().copied());
    }

    fn byte(&mut self) -> u8 {
        let [byte, odd, ..] = self.random().to_le_bytes();
        if odd < 128 { ODD[usize::from(byte) % ODD.len()] } else { byte }
    }

    fn below(&mut self, count: usize) -> usize {
        usize::try_from(self.random() % count.max(1) as u64).unwrap_or(0)
    }

    /// SplitMix64.
    fn random(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
}
