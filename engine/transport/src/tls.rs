//! TLS 1.3 for every carrier: the crypto provider, the configurations, pins, and the exporter.
//!
//! The provider is chosen here and nowhere else: ring, or aws-lc-rs with the feature of that name.

use std::sync::Arc;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, verify_tls13_signature};
use rustls::server::{ParsedCertificate, ResolvesServerCert};
use rustls::{
    CertificateError, ClientConfig, DigitallySignedStruct, RootCertStore, ServerConfig, SignatureScheme,
};
use rustls_pki_types::{CertificateDer, ServerName, UnixTime};

use crate::settings::{ALPN_BROWSER, ALPN_NATIVE, EXPORTER_LABEL};

/// Whom a client takes for the site.
#[derive(Debug, Clone)]
pub enum Trust {
    /// Whoever has the key with this pin (see [`pin`]), whatever else its certificate says.
    Pin([u8; 32]),
    /// Whoever has a certificate for the name that one of these authorities signed.
    Roots(Arc<RootCertStore>),
}

/// The crypto provider of the whole build, with AES-128-GCM first: for each GB over QUIC it takes 1.40 s with AES-NI
/// where ChaCha20 takes 1.95 s.
pub fn provider() -> Arc<CryptoProvider> {
    #[cfg(not(feature = "aws-lc-rs"))]
    let mut provider = rustls::crypto::ring::default_provider();
    #[cfg(feature = "aws-lc-rs")]
    let mut provider = rustls::crypto::aws_lc_rs::default_provider();
    provider
        .cipher_suites
        .sort_by_key(|suite| suite.suite() != rustls::CipherSuite::TLS13_AES_128_GCM_SHA256);
    Arc::new(provider)
}

/// The SHA-256 of a certificate's public key (its SubjectPublicKeyInfo): what enrolment tokens carry.
///
/// # Errors
/// When the certificate cannot be read.
pub fn pin(certificate: &CertificateDer<'_>) -> Result<[u8; 32], rustls::Error> {
    let key = ParsedCertificate::try_from(certificate)?.subject_public_key_info();
    let digest = ring::digest::digest(&ring::digest::SHA256, &key);
    digest.as_ref().try_into().map_err(|_| rustls::Error::General("a SHA-256 of another length".to_owned()))
}

/// The exporter of a TLS connection on TCP, for a WebSocket link. `None` before the handshake is complete.
pub fn exporter<Data>(connection: &rustls::ConnectionCommon<Data>) -> Option<[u8; 32]> {
    connection.export_keying_material([0; 32], EXPORTER_LABEL, None).ok()
}

/// The exporter of a QUIC connection.
pub(crate) fn quic_exporter(connection: &quinn::Connection) -> Option<[u8; 32]> {
    let mut secret = [0; 32];
    connection.export_keying_material(&mut secret, EXPORTER_LABEL, b"").ok().map(|()| secret)
}

/// A server's TLS for QUIC. `certificates` chooses by ALPN and may change its mind at any time.
pub(crate) fn quic_server(
    certificates: Arc<dyn ResolvesServerCert>,
) -> Result<quinn::crypto::rustls::QuicServerConfig, rustls::Error> {
    let mut config = ServerConfig::builder_with_provider(provider())
        .with_protocol_versions(&[&rustls::version::TLS13])?
        .with_no_client_auth()
        .with_cert_resolver(certificates);
    config.alpn_protocols = vec![ALPN_NATIVE.to_vec(), ALPN_BROWSER.to_vec()];
    config.max_early_data_size = 0;
    // Links last for days: tickets would be made and stored for nothing.
    config.send_tls13_tickets = 0;
    config.try_into().map_err(|error| rustls::Error::General(format!("{error}")))
}

/// A client's TLS. Callers name the ALPN that they speak in `alpn_protocols`.
///
/// # Errors
/// When the provider cannot do TLS 1.3, which would be a fault of the build.
pub fn client(trust: &Trust) -> Result<ClientConfig, rustls::Error> {
    let provider = provider();
    let builder = ClientConfig::builder_with_provider(provider.clone())
        .with_protocol_versions(&[&rustls::version::TLS13])?;
    let mut config = match trust {
        Trust::Roots(roots) => builder.with_root_certificates(roots.clone()),
        Trust::Pin(pin) => builder
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(PinVerifier { pin: *pin, provider })),
    }
    .with_no_client_auth();
    config.enable_early_data = false;
    config.resumption = rustls::client::Resumption::disabled();
    Ok(config)
}

/// Accepts exactly one public key. Names and dates say nothing more than the key does, and an agent in the field
/// must still reach a site whose certificate has run out.
#[derive(Debug)]
struct PinVerifier {
    pin: [u8; 32],
    provider: Arc<CryptoProvider>,
}

impl ServerCertVerifier for PinVerifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        if pin(end_entity)? == self.pin {
            Ok(ServerCertVerified::assertion())
        } else {
            Err(CertificateError::ApplicationVerificationFailure.into())
        }
    }

    fn verify_tls12_signature(
        &self,
        _message: &[u8],
        _certificate: &CertificateDer<'_>,
        _signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        Err(rustls::PeerIncompatible::Tls12NotOffered.into())
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(
            message,
            certificate,
            signature,
            &self.provider.signature_verification_algorithms,
        )
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}
