//! Randomness of the operating system, in one place.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// Fresh random bytes.
///
/// # Panics
/// When the operating system has no randomness, without which nothing here is safe.
#[expect(clippy::expect_used, reason = "no caller can go on without randomness, and no peer can cause it")]
pub(crate) fn bytes<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).expect("the operating system gives random bytes");
    bytes
}

/// A secret as it stands in links and cookies: 32 random bytes as text.
pub(crate) fn text() -> String {
    URL_SAFE_NO_PAD.encode(bytes::<32>())
}
