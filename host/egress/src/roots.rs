//! Authorities that the operator trusts beside the system's: a company's own, say.
//!
//! The rule: a file of them is read whole when the settings are, so that a connection never finds out that it is wrong.

use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;

/// Certificates of authorities. All of them can be trusted: only [`Roots::add_pem`] adds to them.
#[derive(Debug, Clone, Default)]
pub struct Roots(Vec<reqwest::Certificate>);

/// Why a file's certificates cannot be trusted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RootsError {
    /// A section that is cut off, or not base64.
    #[error("it is not PEM: {0}")]
    NotPem(String),
    /// Other things than certificates, or nothing at all.
    #[error("it holds no certificate in PEM form, which starts with `-----BEGIN CERTIFICATE-----`")]
    NoCertificate,
    /// A section that says it is a certificate.
    #[error("its certificate {number} cannot be trusted: {problem}")]
    Unusable {
        /// Which one, from 1.
        number: usize,
        /// Why.
        problem: String,
    },
}

impl Roots {
    /// Trusts the certificates of a PEM file, too; other sections of it are left alone.
    ///
    /// # Errors
    ///
    /// If there is none, or one that cannot be read: then none is added.
    pub fn add_pem(&mut self, pem: &[u8]) -> Result<(), RootsError> {
        let sections: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem).collect();
        let sections = sections.map_err(|error| RootsError::NotPem(error.to_string()))?;
        if sections.is_empty() {
            return Err(RootsError::NoCertificate);
        }
        let numbered = sections.into_iter().zip(1..);
        let read: Result<Vec<_>, _> = numbered.map(|(der, number)| certificate(der, number)).collect();
        self.0.extend(read?);
        Ok(())
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether only the system's are trusted.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn certificates(&self) -> impl Iterator<Item = reqwest::Certificate> + '_ {
        self.0.iter().cloned()
    }
}

fn certificate(der: CertificateDer<'static>, number: usize) -> Result<reqwest::Certificate, RootsError> {
    let read = reqwest::Certificate::from_der(&der).map_err(|error| error.to_string());
    // The HTTP client would say so only when it opens its first connection.
    let trusted = RootCertStore::empty().add(der).map_err(|error| error.to_string());
    trusted.and(read).map_err(|problem| RootsError::Unusable { number, problem })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn authority() -> String {
        let key = rcgen::KeyPair::generate().expect("a key");
        rcgen::CertificateParams::default().self_signed(&key).expect("a certificate").pem()
    }

    #[test]
    fn every_certificate_of_a_file_is_trusted() {
        let mut roots = Roots::default();
        let key = rcgen::KeyPair::generate().expect("a key").serialize_pem();
        roots.add_pem(format!("# ours\n{}{key}{}", authority(), authority()).as_bytes()).expect("two certificates");
        assert_eq!((roots.len(), roots.is_empty()), (2, false));
    }

    #[test]
    fn a_file_that_is_wrong_adds_nothing_and_says_why() {
        let begin = "-----BEGIN CERTIFICATE-----\n";
        let end = "\n-----END CERTIFICATE-----\n";
        let rot = format!("{}{begin}AAAA{end}", authority());
        for (pem, begins) in [
            (String::new(), "it holds no certificate"),
            ("der?".to_owned(), "it holds no certificate"),
            (rcgen::KeyPair::generate().expect("a key").serialize_pem(), "it holds no certificate"),
            (format!("{begin}!{end}"), "it is not PEM: "),
            (format!("{begin}AAAA"), "it is not PEM: "),
            (rot, "its certificate 2 cannot be trusted: "),
        ] {
            let mut roots = Roots::default();
            let error = roots.add_pem(pem.as_bytes()).expect_err("nothing to trust").to_string();
            assert!(error.starts_with(begins) && roots.is_empty(), "{pem}: {error}");
        }
    }
}
