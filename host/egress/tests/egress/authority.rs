//! Authorities of the tests' own, and the certificates that they sign, good and bad.

use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair, KeyUsagePurpose};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::sign::CertifiedKey;
use tokio_rustls::rustls;
use weighbridge_egress::Roots;

/// An authority. Whoever trusts its [`Authority::roots`] accepts what it signs.
pub(crate) struct Authority(CertifiedIssuer<'static, KeyPair>);

/// What a server shows, with the key that it signs with.
#[derive(Clone)]
pub(crate) struct Identity(pub(crate) Arc<CertifiedKey>);

fn key() -> KeyPair {
    KeyPair::generate().expect("a key")
}

/// An authority's own certificate, under a name.
pub(crate) fn of_authority(name: &str) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name.push(DnType::CommonName, name);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
    params
}

/// A server's certificate for these names, valid in our days.
pub(crate) fn of_server(names: &[&str]) -> CertificateParams {
    CertificateParams::new(names.iter().map(|&name| name.to_owned()).collect::<Vec<_>>()).expect("names")
}

impl Authority {
    pub(crate) fn new(name: &str) -> Self {
        Self(CertifiedIssuer::self_signed(of_authority(name), key()).expect("a certificate"))
    }

    /// An authority below this one.
    pub(crate) fn below(&self, params: CertificateParams) -> Self {
        Self(CertifiedIssuer::signed_by(params, key(), &self.0).expect("a certificate"))
    }

    pub(crate) fn pem(&self) -> String {
        self.0.pem()
    }

    pub(crate) fn roots(&self) -> Roots {
        let mut roots = Roots::default();
        roots.add_pem(self.pem().as_bytes()).expect("an authority");
        roots
    }

    pub(crate) fn sign(&self, params: &CertificateParams) -> Identity {
        let own = key();
        let certificate = params.signed_by(&own, &self.0).expect("a certificate");
        Identity::new(vec![certificate.der().clone()], &own)
    }

    /// A certificate, shown together with this authority's own.
    pub(crate) fn sign_in_chain(&self, params: &CertificateParams) -> Identity {
        let own = key();
        let certificate = params.signed_by(&own, &self.0).expect("a certificate");
        Identity::new(vec![certificate.der().clone(), self.0.der().clone()], &own)
    }
}

impl Identity {
    /// Nothing is compared: a server may show what is not its own.
    fn new(chain: Vec<CertificateDer<'static>>, key: &KeyPair) -> Self {
        let key = PrivateKeyDer::Pkcs8(key.serialize_der().into());
        let key = rustls::crypto::aws_lc_rs::sign::any_supported_type(&key).expect("a key");
        Self(Arc::new(CertifiedKey::new(chain, key)))
    }

    pub(crate) fn self_signed(params: &CertificateParams) -> Self {
        let own = key();
        Self::new(vec![params.self_signed(&own).expect("a certificate").der().clone()], &own)
    }

    /// The certificate of this one, shown by somebody who has another key.
    pub(crate) fn stolen(&self) -> Self {
        Self::new(self.0.cert.clone(), &key())
    }
}
