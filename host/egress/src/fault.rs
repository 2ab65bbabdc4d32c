//! What went wrong on the way, in the words of the interface `http`. Nothing of the URL, the request or the host's own
//! state is in them.

mod tls;

use std::error::Error;
use std::io;

use domain::exchange::ExchangeError;

use crate::resolve::ResolveError;

/// The error of a plugin for an error of the HTTP client.
pub(crate) fn translate(error: &reqwest::Error) -> ExchangeError {
    if error.is_timeout() {
        return ExchangeError::Timeout;
    }
    let connecting = error.is_connect();
    std::iter::successors(error.source(), |error| (*error).source())
        .find_map(|cause| specific(cause, connecting))
        .unwrap_or_else(|| broken(if connecting { "it could not be made" } else { "it broke" }))
}

fn specific(cause: &(dyn Error + 'static), connecting: bool) -> Option<ExchangeError> {
    if let Some(unresolved) = cause.downcast_ref::<ResolveError>() {
        return Some(ExchangeError::Name(unresolved.to_string()));
    }
    if let Some(protocol) = cause.downcast_ref::<hyper::Error>() {
        return of_protocol(protocol);
    }
    if let Some(protocol) = cause.downcast_ref::<h2::Error>() {
        return of_second_protocol(protocol, connecting);
    }
    of_io(cause.downcast_ref::<io::Error>()?, connecting)
}

fn of_protocol(error: &hyper::Error) -> Option<ExchangeError> {
    match () {
        () if error.is_parse_too_large() => Some(malformed("its headers are too large")),
        () if error.is_parse() => Some(malformed("it is not HTTP")),
        () if error.is_incomplete_message() => Some(broken("the answer ended before it was complete")),
        () => None,
    }
}

/// HTTP/2: `is_library` is what this side found wrong, `is_remote` what the source said before it left.
fn of_second_protocol(error: &h2::Error, connecting: bool) -> Option<ExchangeError> {
    match error.get_io() {
        Some(io) => of_io(io, connecting),
        // Headers beyond the size that it announced are among it: the library does not say so.
        None if error.is_library() => Some(malformed("it breaks the rules of HTTP/2")),
        None if error.is_remote() => Some(broken("the source gave it up")),
        None => None,
    }
}

fn of_io(error: &io::Error, connecting: bool) -> Option<ExchangeError> {
    // `source` of an I/O error skips the error that it wraps, so the connector's wrapping is undone here.
    if let Some(inner) = error.get_ref().and_then(|inner| inner.downcast_ref()) {
        return of_io(inner, connecting);
    }
    match error.kind() {
        io::ErrorKind::InvalidData if connecting => broken_tls(error),
        // An address that no connection can be made to, such as one of multicast.
        io::ErrorKind::InvalidInput if connecting => Some(broken("the host is out of reach")),
        io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput => Some(malformed("its body is not framed as HTTP")),
        io::ErrorKind::UnexpectedEof if connecting => Some(ExchangeError::Tls("the handshake was cut off".to_owned())),
        io::ErrorKind::UnexpectedEof => Some(broken("the answer ended before it was complete")),
        io::ErrorKind::ConnectionRefused => Some(broken("it was refused")),
        io::ErrorKind::ConnectionReset | io::ErrorKind::ConnectionAborted | io::ErrorKind::BrokenPipe => {
            Some(broken("it was reset"))
        }
        io::ErrorKind::HostUnreachable | io::ErrorKind::NetworkUnreachable => Some(broken("the host is out of reach")),
        _ => None,
    }
}

/// The TLS library reports what it refuses as invalid data, with its reason as the inner error.
fn broken_tls(error: &io::Error) -> Option<ExchangeError> {
    let refused = error.get_ref()?.downcast_ref()?;
    Some(ExchangeError::Tls(tls::words(refused)))
}

fn broken(how: &str) -> ExchangeError {
    ExchangeError::Connection(how.to_owned())
}

fn malformed(how: &str) -> ExchangeError {
    ExchangeError::Malformed(how.to_owned())
}

#[cfg(test)]
mod tests {
    use std::io::ErrorKind;

    use super::*;

    #[test]
    fn what_the_network_says_is_told_by_when_it_says_it() {
        let (reset, whole) = (broken("it was reset"), broken("the answer ended before it was complete"));
        let (reach, framed) = (broken("the host is out of reach"), malformed("its body is not framed as HTTP"));
        let cut = ExchangeError::Tls("the handshake was cut off".to_owned());
        for (kind, connecting, within) in [
            (ErrorKind::InvalidData, None, Some(framed.clone())),
            (ErrorKind::InvalidInput, Some(reach.clone()), Some(framed)),
            (ErrorKind::UnexpectedEof, Some(cut), Some(whole)),
            (ErrorKind::ConnectionRefused, Some(broken("it was refused")), Some(broken("it was refused"))),
            (ErrorKind::ConnectionReset, Some(reset.clone()), Some(reset.clone())),
            (ErrorKind::ConnectionAborted, Some(reset.clone()), Some(reset.clone())),
            (ErrorKind::BrokenPipe, Some(reset.clone()), Some(reset)),
            (ErrorKind::HostUnreachable, Some(reach.clone()), Some(reach.clone())),
            (ErrorKind::NetworkUnreachable, Some(reach.clone()), Some(reach)),
            (ErrorKind::PermissionDenied, None, None),
        ] {
            for error in [io::Error::from(kind), io::Error::other(io::Error::from(kind))] {
                assert_eq!(of_io(&error, true), connecting, "{error:?}, connecting");
                assert_eq!(of_io(&error, false), within, "{error:?}");
            }
        }
    }

    #[test]
    fn what_the_tls_library_refuses_is_told_in_its_words() {
        let refused = rustls::Error::InvalidCertificate(rustls::CertificateError::Expired);
        let error = io::Error::new(ErrorKind::InvalidData, refused);
        let expected = ExchangeError::Tls("the source's certificate has expired".to_owned());
        assert_eq!(of_io(&error, true), Some(expected.clone()));
        assert_eq!(specific(&error, true), Some(expected));
    }
}
