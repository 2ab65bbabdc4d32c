//! CRC-32 (IEEE 802.3) in base 62.

use super::{BASE62, CHECKSUM};

/// The checksum of these bytes, the most significant digit first. 62⁶ is more than 2³².
pub(super) fn of(bytes: &[u8]) -> [u8; CHECKSUM] {
    let mut rest = crc32(bytes);
    let mut digits = [0; CHECKSUM];
    for digit in digits.iter_mut().rev() {
        *digit = BASE62[(rest % 62) as usize];
        rest /= 62;
    }
    digits
}

fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| (crc >> 1) ^ (0xedb8_8320 & (crc & 1).wrapping_neg()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_the_crc_32_that_others_compute() {
        // The check value of the catalogue of parametrised CRC algorithms (CRC-32/ISO-HDLC), and zlib's for other texts.
        assert_eq!(crc32(b"123456789"), 0xcbf4_3926);
        assert_eq!((crc32(b""), crc32(b"a")), (0, 0xe8b7_be43));
    }
}
