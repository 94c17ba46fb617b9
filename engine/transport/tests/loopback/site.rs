//! A site on loopback with a certificate of its own, and links into it.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use rustls_pki_types::PrivateKeyDer;
use transport::client::{ConnectOptions, Connected, Preference, Trust, connect};
use transport::server::{Endpoint, EndpointOptions, Incoming};
use transport::settings::Congestion;
use transport::{Link, tls};

/// No wait in these tests is longer; a test that hits it failed.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

/// Always the same certificate.
#[derive(Debug)]
struct One(Arc<CertifiedKey>);

impl ResolvesServerCert for One {
    fn resolve(&self, _hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(self.0.clone())
    }
}

/// A listening endpoint and what a client needs to trust it.
pub(crate) struct Site {
    pub(crate) endpoint: Endpoint,
    pub(crate) address: SocketAddr,
    pub(crate) pin: [u8; 32],
}

impl Site {
    pub(crate) fn open() -> Self {
        let (certified, pin) = certified_key();
        let endpoint = Endpoint::bind(&EndpointOptions {
            address: (Ipv4Addr::LOCALHOST, 0).into(),
            certificates: Arc::new(One(certified)),
            congestion: Congestion::default(),
        })
        .unwrap();
        let address = endpoint.local_address().unwrap();
        Self { endpoint, address, pin }
    }

    pub(crate) fn options(&self) -> ConnectOptions {
        ConnectOptions {
            address: self.address.to_string(),
            server_name: None,
            trust: Trust::Pin(self.pin),
            preference: Preference::Quic,
            congestion: Congestion::default(),
        }
    }

    /// A native link: the site's end and the client's.
    pub(crate) async fn link(&self) -> (Link, Link) {
        let options = self.options();
        let (arrived, connected) = tokio::join!(self.endpoint.accept(), connect(&options));
        let Some(Incoming::Native(here)) = arrived else { panic!("not a native link: {arrived:?}") };
        let Connected { link: there, .. } = connected.unwrap();
        (here, there)
    }
}

/// A self-made certificate for localhost, and its pin.
pub(crate) fn certified_key() -> (Arc<CertifiedKey>, [u8; 32]) {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let key = PrivateKeyDer::try_from(made.signing_key.serialize_der()).unwrap();
    let chain = vec![made.cert.der().clone()];
    let pin = tls::pin(&chain[0]).unwrap();
    let certified = CertifiedKey::from_der(chain, key, &tls::provider()).unwrap();
    (Arc::new(certified), pin)
}
