//! The envelope of a signature: DSSE 1.0 (<https://github.com/secure-systems-lab/dsse>).
//!
//! Stricter than the specification, so that no bit of an envelope can change unnoticed: one spelling of the JSON (no white
//! space, no needless escapes, no fields but those of the specification, in any order), one alphabet of base64, and key ids,
//! which the specification leaves optional, as 64 hexadecimal digits. Decision 18 says why.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};

use super::TrustError;
use super::key::SigningKey;

/// The only type of payload that is accepted.
pub(super) const PAYLOAD_TYPE: &str = "application/vnd.in-toto+json";
const MAX_SIGNATURES: usize = 8;

/// A payload with signatures over it, as it stands in `NAME.wasm.dsse`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
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
#[serde(deny_unknown_fields)]
pub struct EnvelopeSignature {
    /// By which key: its id.
    pub keyid: String,
    /// The 64 bytes, in base64.
    pub sig: String,
}

impl Envelope {
    /// Put a payload of any type under one signature for each key.
    pub(super) fn seal(payload_type: &str, payload: &[u8], keys: &[&SigningKey]) -> Self {
        let mut envelope = Self {
            payload_type: payload_type.to_owned(),
            payload: STANDARD.encode(payload),
            signatures: Vec::with_capacity(keys.len()),
        };
        let message = pre_authentication_encoding(payload_type, payload);
        keys.iter().for_each(|key| envelope.add(&message, key));
        envelope
    }

    /// Put one more signature under it; another one by the same key goes.
    pub(super) fn add(&mut self, message: &[u8], key: &SigningKey) {
        let keyid = key.public().id().to_string();
        self.signatures.retain(|signature| signature.keyid != keyid);
        self.signatures.push(EnvelopeSignature { keyid, sig: STANDARD.encode(key.sign(message)) });
    }

    /// Read JSON in the one form that is accepted; a line end may follow.
    ///
    /// # Errors
    /// When it is no envelope, is spelled in another way, has no signature or too many, or two by one key.
    pub fn parse(bytes: &[u8]) -> Result<Self, TrustError> {
        let bytes = bytes.strip_suffix(b"\n").unwrap_or(bytes);
        let envelope: Self = serde_json::from_slice(bytes).map_err(TrustError::Envelope)?;
        // What is written here is the shortest spelling, so one of equal length has nothing in it that means nothing.
        if envelope.to_json().len() != bytes.len() {
            return Err(TrustError::EnvelopeForm);
        }
        let signatures = &envelope.signatures;
        if !(1..=MAX_SIGNATURES).contains(&signatures.len()) {
            return Err(TrustError::SignatureCount(signatures.len()));
        }
        for (number, one) in signatures.iter().enumerate() {
            if signatures[..number].iter().any(|other| other.keyid == one.keyid) {
                return Err(TrustError::SignatureTwice(one.keyid.chars().take(80).collect()));
            }
        }
        Ok(envelope)
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

/// Padded, and with no bits beyond the last byte: one text for each value.
fn decode(text: &str) -> Option<Vec<u8>> {
    STANDARD.decode(text).ok()
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

    const GOOD: &str = r#"{"payloadType":"t","payload":"","signatures":[{"keyid":"k","sig":""}]}"#;

    #[test]
    fn fields_are_needed_once_each_and_no_others_are_known() {
        assert!(Envelope::parse(GOOD.as_bytes()).is_ok());
        let other_order = r#"{"payload":"","payloadType":"t","signatures":[{"sig":"","keyid":"k"}]}"#;
        assert!(Envelope::parse(other_order.as_bytes()).is_ok());
        for (from, to) in [
            (r#""keyid":"k","#, ""),
            (r#""payload":"","#, r#""payload":"","payload":"","#),
            (r#""sig":"""#, r#""sig":"","sig":"""#),
            (r#""sig":"""#, r#""sig":"","x":1"#),
            (r#""payload":"","#, r#""payload":"","x":1,"#),
        ] {
            let bad = GOOD.replace(from, to);
            assert!(matches!(Envelope::parse(bad.as_bytes()), Err(TrustError::Envelope(_))), "{bad}");
        }
    }

    #[test]
    fn a_second_spelling_is_refused() {
        let spelled = |text: String| Envelope::parse(text.as_bytes());
        assert!(spelled(format!("{GOOD}\n")).is_ok(), "a line end may follow");
        for text in [
            GOOD.replace(':', ": "),
            GOOD.replace(',', ",\t"),
            format!(" {GOOD}"),
            format!("{GOOD}\n\n"),
            GOOD.replace("\"k\"", r#""\u006b""#),
        ] {
            assert!(matches!(spelled(text.clone()), Err(TrustError::EnvelopeForm)), "{text}");
        }
    }

    #[test]
    fn no_signature_too_many_and_two_by_one_key_are_refused() {
        let with = |signatures: &[&str]| {
            let list: Vec<_> = signatures.iter().map(|id| format!(r#"{{"keyid":"{id}","sig":""}}"#)).collect();
            Envelope::parse(GOOD.replace(r#"{"keyid":"k","sig":""}"#, &list.join(",")).as_bytes())
        };
        assert!(matches!(with(&[]), Err(TrustError::SignatureCount(0))));
        assert!(with(&["1", "2", "3", "4", "5", "6", "7", "8"]).is_ok());
        assert!(matches!(with(&["1", "2", "3", "4", "5", "6", "7", "8", "9"]), Err(TrustError::SignatureCount(9))));
        assert!(matches!(with(&["1", "2", "1"]), Err(TrustError::SignatureTwice(_))));
    }

    #[test]
    fn base64_has_one_text_for_each_value() {
        assert_eq!(decode("+/8="), Some(vec![0xfb, 0xff]));
        for text in ["-_8=", "+/8", "+/9=", "+/8==", " +/8=", "+/8=\n"] {
            assert_eq!(decode(text), None, "{text}");
        }
    }
}
