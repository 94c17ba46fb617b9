//! Randomness of the operating system, in one place.

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
