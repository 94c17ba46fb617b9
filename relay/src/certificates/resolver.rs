//! Chooses a certificate by what the other side wants to speak.

use std::sync::Arc;

use arc_swap::ArcSwap;
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use transport::settings::{ALPN_BROWSER, ALPN_NATIVE};

/// One for TCP and QUIC alike. What it shows can be swapped while connections come in.
#[derive(Debug)]
pub(super) struct Resolver {
    site: Arc<CertifiedKey>,
    shown: ArcSwap<Shown>,
}

/// What browsers see.
#[derive(Debug)]
struct Shown {
    https: Arc<CertifiedKey>,
    h3: Arc<CertifiedKey>,
}

impl Resolver {
    /// Shows the site's identity to everybody.
    pub(super) fn new(site: Arc<CertifiedKey>) -> Self {
        let shown = Shown { https: Arc::clone(&site), h3: Arc::clone(&site) };
        Self { site, shown: ArcSwap::from_pointee(shown) }
    }

    /// From now on browsers see the operator's certificate; without one, WebTransport the short-lived one.
    pub(super) fn show_to_browsers(&self, short: Arc<CertifiedKey>, operator: Option<Arc<CertifiedKey>>) {
        let shown = match operator {
            Some(operator) => Shown { https: Arc::clone(&operator), h3: operator },
            None => Shown { https: Arc::clone(&self.site), h3: short },
        };
        self.shown.store(Arc::new(shown));
    }
}

impl ResolvesServerCert for Resolver {
    fn resolve(&self, hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        let speaks = |name: &[u8]| hello.alpn().is_some_and(|mut names| names.any(|offered| offered == name));
        Some(if speaks(ALPN_NATIVE) {
            Arc::clone(&self.site)
        } else if speaks(ALPN_BROWSER) {
            Arc::clone(&self.shown.load().h3)
        } else {
            Arc::clone(&self.shown.load().https)
        })
    }
}
