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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_reason_says_whose_turn_it_is() {
        use CertificateError as Refused;
        for (refused, told) in [
            (Refused::Expired, "the source's certificate has expired"),
            (Refused::NotValidYet, "the source's certificate is not valid yet"),
            (Refused::NotValidForName, "the source's certificate is for another host"),
            (Refused::Revoked, "the source's certificate was revoked"),
            (Refused::BadSignature, "the source's certificate or handshake has a wrong signature"),
            (Refused::InvalidPurpose, NOT_FOR_SERVERS),
        ] {
            assert_eq!(words(&Error::InvalidCertificate(refused)), told);
        }
        let unknown = words(&Error::InvalidCertificate(Refused::UnknownIssuer));
        assert!(unknown.contains("the operator can add an authority with `egress.roots`"), "{unknown}");
        let other = |text: &'static str| rustls::OtherError(std::sync::Arc::new(std::io::Error::other(text)));
        let hidden = Refused::Other(other("certificate had invalid extensions"));
        assert_eq!(words(&Error::InvalidCertificate(hidden)), NOT_FOR_SERVERS);
        assert_ne!(words(&Error::InvalidCertificate(Refused::Other(other("something else")))), NOT_FOR_SERVERS);
        let other = words(&Error::InvalidCertificate(Refused::BadEncoding));
        assert!(other.contains("BadEncoding"), "the library's own text: {other}");
    }

    #[test]
    fn the_librarys_own_text_is_cut() {
        let long = words(&Error::General("x".repeat(1000)));
        assert_eq!(long.chars().count(), 160, "{long}");
        assert!(words(&Error::General("short".to_owned())).ends_with("short"));
    }
}
