//! Why no safe connection came about, in words that say whose turn it is: the source's, or the operator's.

use rustls::{CertificateError, Error};

/// The longest text of the TLS library that is passed on, in characters.
const MAX_CHARACTERS: usize = 160;

/// A failed handshake in words. What a certificate says of itself is not repeated, beyond the library's own short texts.
pub(super) fn words(error: &Error) -> String {
    match error {
        Error::InvalidCertificate(refused) => of_certificate(refused).map_or_else(|| short(error), str::to_owned),
        Error::PeerIncompatible(_) => format!("the source speaks neither TLS 1.2 nor 1.3 as it should: {error}"),
        Error::InvalidMessage(_) => "the source does not speak TLS on this port".to_owned(),
        Error::AlertReceived(alert) => format!("the source ended the handshake: {alert:?}"),
        error => short(error),
    }
}

fn of_certificate(refused: &CertificateError) -> Option<&'static str> {
    use CertificateError as Refused;
    Some(match refused {
        Refused::Expired | Refused::ExpiredContext { .. } => "the source's certificate has expired",
        Refused::NotValidYet | Refused::NotValidYetContext { .. } => "the source's certificate is not valid yet",
        Refused::NotValidForName | Refused::NotValidForNameContext { .. } => {
            "the source's certificate is for another host"
        }
        Refused::UnknownIssuer => {
            "the source's certificate is signed by nobody whom this host trusts: \
             the operator can add an authority with `egress.roots`"
        }
        Refused::Revoked => "the source's certificate was revoked",
        Refused::BadSignature => "the source's certificate or handshake has a wrong signature",
        Refused::InvalidPurpose | Refused::InvalidPurposeContext { .. } => NOT_FOR_SERVERS,
        // The verifier of the system's certificates hides this one reason in a type of its own.
        Refused::Other(other) if other.to_string() == "certificate had invalid extensions" => NOT_FOR_SERVERS,
        _ => return None,
    })
}

const NOT_FOR_SERVERS: &str = "the source's certificate is not meant for servers";

fn short(error: &Error) -> String {
    error.to_string().chars().take(MAX_CHARACTERS).collect()
}
