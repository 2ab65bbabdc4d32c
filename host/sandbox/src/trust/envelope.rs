//! The envelope of a signature: DSSE 1.0 (<https://github.com/secure-systems-lab/dsse>).
//!
//! Fields that the specification does not know are ignored, as it demands. The key id, which it leaves optional, is
//! required here: a signature says by whom it is.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};
use serde::{Deserialize, Serialize};

use super::TrustError;
use super::key::SigningKey;

/// The only type of payload that is accepted.
pub(super) const PAYLOAD_TYPE: &str = "application/vnd.in-toto+json";
const MAX_SIGNATURES: usize = 8;

/// A payload with signatures over it, as it stands in `NAME.wasm.dsse`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Envelope {
    /// What the payload is.
    pub payload_type: String,
    /// The payload, in base64.
    pub payload: String,
    /// One to eight signatures.
    pub signatures: Vec<EnvelopeSignature>,
}

/// One signature.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EnvelopeSignature {
    /// By which key: its id.
    pub keyid: String,
    /// The 64 bytes, in base64.
    pub sig: String,
}

impl Envelope {
    /// Put a payload of any type under one signature.
    pub(super) fn seal(payload_type: &str, payload: &[u8], key: &SigningKey) -> Self {
        let signature = key.sign(&pre_authentication_encoding(payload_type, payload));
        Self {
            payload_type: payload_type.to_owned(),
            payload: STANDARD.encode(payload),
            signatures: vec![EnvelopeSignature {
                keyid: key.public().id().to_string(),
                sig: STANDARD.encode(signature),
            }],
        }
    }

    /// Read JSON.
    ///
    /// # Errors
    /// When it is no envelope, or has no signature or too many.
    pub fn parse(bytes: &[u8]) -> Result<Self, TrustError> {
        let envelope: Self = serde_json::from_slice(bytes).map_err(TrustError::Envelope)?;
        match envelope.signatures.len() {
            1..=MAX_SIGNATURES => Ok(envelope),
            count => Err(TrustError::SignatureCount(count)),
        }
    }

    /// Write JSON, in one line.
    #[must_use]
    pub fn to_json(&self) -> String {
        // Strings in a list: there is nothing that could fail.
        serde_json::to_string(self).unwrap_or_default()
    }

    /// The payload's bytes and the message that was signed.
    pub(crate) fn open(&self) -> Result<(Vec<u8>, Vec<u8>), TrustError> {
        if self.payload_type != PAYLOAD_TYPE {
            return Err(TrustError::PayloadType(self.payload_type.chars().take(128).collect()));
        }
        let payload = decode(&self.payload).ok_or(TrustError::Base64("payload"))?;
        let message = pre_authentication_encoding(&self.payload_type, &payload);
        Ok((payload, message))
    }
}

impl EnvelopeSignature {
    pub(super) fn bytes(&self) -> Result<Vec<u8>, TrustError> {
        decode(&self.sig).ok_or(TrustError::Base64("signature"))
    }
}

/// The specification lets producers choose between the two alphabets.
fn decode(text: &str) -> Option<Vec<u8>> {
    STANDARD.decode(text).or_else(|_| URL_SAFE.decode(text)).ok()
}

/// What is signed: type and payload with their lengths, so that a signature means one thing in one context.
fn pre_authentication_encoding(payload_type: &str, payload: &[u8]) -> Vec<u8> {
    let mut message = format!("DSSEv1 {} {payload_type} {} ", payload_type.len(), payload.len()).into_bytes();
    message.extend_from_slice(payload);
    message
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_signed_message_is_that_of_the_specification() {
        let message = pre_authentication_encoding("http://example.com/HelloWorld", b"hello world");
        assert_eq!(message, b"DSSEv1 29 http://example.com/HelloWorld 11 hello world");
    }

    #[test]
    fn unknown_fields_are_ignored_and_known_ones_are_needed() {
        let with = br#"{"payloadType":"t","payload":"","signatures":[{"keyid":"k","sig":"","x":1}],"y":2}"#;
        assert!(Envelope::parse(with).is_ok());
        let without = br#"{"payloadType":"t","payload":"","signatures":[{"sig":""}]}"#;
        assert!(matches!(Envelope::parse(without), Err(TrustError::Envelope(_))));
        let twice = br#"{"payloadType":"t","payload":"","payload":"","signatures":[{"keyid":"k","sig":""}]}"#;
        assert!(matches!(Envelope::parse(twice), Err(TrustError::Envelope(_))));
        let none = br#"{"payloadType":"t","payload":"","signatures":[]}"#;
        assert!(matches!(Envelope::parse(none), Err(TrustError::SignatureCount(0))));
    }
}
