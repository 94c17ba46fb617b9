//! Browsers in which somebody logged in before: a cookie tells them from strangers at the same address.
//!
//! Its value is the account's number and a random one, with the relay's mark. It lets nobody in; tries that come
//! with it are counted for themselves, so that a guesser behind the same address cannot keep its owner out.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::db::AccountId;
use crate::login::seal::Sealer;

const ACCOUNT_BYTES: usize = 8;
const NUMBER_BYTES: usize = 16;

/// A browser that its account knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Browser([u8; ACCOUNT_BYTES + NUMBER_BYTES]);

impl Browser {
    /// One in which `account` logs in for the first time.
    pub(super) fn new(account: AccountId) -> Self {
        let mut bytes = [0; ACCOUNT_BYTES + NUMBER_BYTES];
        let (head, tail) = bytes.split_at_mut(ACCOUNT_BYTES);
        head.copy_from_slice(&account.get().to_be_bytes());
        tail.copy_from_slice(&crate::random::bytes::<NUMBER_BYTES>());
        Self(bytes)
    }

    /// The value of its cookie.
    pub(super) fn to_cookie(self, sealer: &Sealer) -> String {
        URL_SAFE_NO_PAD.encode([&self.0, sealer.mark(&self.0).as_ref()].concat())
    }

    /// Reads a cookie that the relay gave to `account`; `None` for every other.
    pub(super) fn from_cookie(value: &str, account: AccountId, sealer: &Sealer) -> Option<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(value).ok()?;
        let (named, mark) = bytes.split_first_chunk::<{ ACCOUNT_BYTES + NUMBER_BYTES }>()?;
        let is_its = named.starts_with(&account.get().to_be_bytes());
        (is_its && sealer.is_mark_of(mark, named)).then_some(Self(*named))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_browser_is_known_to_its_account_only_and_cannot_be_made_up() {
        let folder = tempfile::tempdir().expect("a folder");
        let sealer = Sealer::open(&folder.path().join("key")).expect("made");
        let (ada, bob) = (AccountId::new(1), AccountId::new(2));
        let browser = Browser::new(ada);
        let cookie = browser.to_cookie(&sealer);
        assert_eq!(Browser::from_cookie(&cookie, ada, &sealer), Some(browser));
        assert_eq!(Browser::from_cookie(&cookie, bob, &sealer), None);
        let mut forged = Browser::new(bob).0.to_vec();
        forged.extend([0; 32]);
        assert_eq!(Browser::from_cookie(&URL_SAFE_NO_PAD.encode(forged), bob, &sealer), None);
        assert_eq!(Browser::from_cookie("x", ada, &sealer), None);
    }
}
