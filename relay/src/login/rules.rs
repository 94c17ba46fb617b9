//! Which passwords are taken: long ones that are not easily guessed. No rule asks for digits or for a change by date.

use zxcvbn::{Score, zxcvbn};

/// Bytes of a password: argon2 takes any length, a limit keeps the work bounded.
pub(super) const PASSWORD_BYTES_MAX: usize = 1024;

/// Characters that are looked at for being guessable: the estimate's work grows faster than the length.
const LOOKED_AT_MAX: usize = 72;

/// Why a password is not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RuleError {
    /// It has too few characters.
    #[error("a password has at least {min} characters")]
    TooShort {
        /// How many it must have.
        min: usize,
    },
    /// It has more bytes than are looked at.
    #[error("a password has at most {PASSWORD_BYTES_MAX} bytes")]
    TooLong,
    /// It is a common password, or made of common words, names, dates or rows of keys.
    #[error("the password is among those that are tried first: use words or letters without a pattern")]
    Common,
}

/// Checks a new password. `known` are words that a guesser would try for this account: its user, its name.
///
/// Common is what a guesser finds within ten million tries: lists of leaked passwords, dictionaries, names, dates and
/// rows of keys, and what they are usually turned into.
pub(super) fn check(password: &str, characters_min: usize, known: &[&str]) -> Result<(), RuleError> {
    if password.chars().count() < characters_min {
        return Err(RuleError::TooShort { min: characters_min });
    }
    if PASSWORD_BYTES_MAX < password.len() {
        return Err(RuleError::TooLong);
    }
    let looked_at: String = password.chars().take(LOOKED_AT_MAX).collect();
    if zxcvbn(&looked_at, known).score() < Score::Three {
        return Err(RuleError::Common);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn length_counts_and_signs_do_not() {
        assert_eq!(check("Tr0ub4d&r!", 12, &[]), Err(RuleError::TooShort { min: 12 }));
        assert_eq!(check("gravel otter lantern spoon", 12, &[]), Ok(()));
        assert_eq!(check("wfqkzhtbxmpu", 12, &[]), Ok(()));
        assert_eq!(check(&"ö".repeat(600), 12, &[]), Err(RuleError::TooLong));
    }

    #[test]
    fn what_is_tried_first_is_refused() {
        for password in ["password1234", "qwertyuiop12", "123456789012", "aaaaaaaaaaaaaaa", "iloveyou2024"] {
            assert_eq!(check(password, 12, &[]), Err(RuleError::Common), "{password}");
        }
        assert_eq!(check("annemarie.huber1", 12, &["annemarie.huber"]), Err(RuleError::Common));
    }

    #[test]
    fn a_long_password_costs_no_more_to_look_at() {
        let long = "abcd efgh ".repeat(100);
        let begin = std::time::Instant::now();
        let _ = check(&long, 12, &[]);
        assert!(begin.elapsed().as_secs() < 5);
    }
}
