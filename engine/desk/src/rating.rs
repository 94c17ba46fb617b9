//! What a customer says of a session once it is over for him.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Refusal, fields};

/// The best that can be given; one is the worst.
const STARS_MAX: u8 = 5;

/// A customer's opinion.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Rating {
    /// One to five.
    pub stars: u8,
    /// What he adds, if he does.
    #[serde(default)]
    pub comment: String,
}

impl Rating {
    /// Whether it can be taken.
    ///
    /// # Errors
    /// Names the field that is out of its bounds.
    pub fn check(&self) -> Result<(), Refusal> {
        if !(1..=STARS_MAX).contains(&self.stars) {
            return Err(Refusal::field(
                "stars",
                format!("stars is {}, it must be 1 to {STARS_MAX}", self.stars),
            ));
        }
        fields::text("comment", &self.comment, fields::COMMENTS_MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rating_has_one_to_five_stars_and_a_comment_with_an_end() {
        let field = |stars, comment: &str| {
            Rating { stars, comment: comment.to_owned() }.check().err().and_then(|refusal| refusal.field)
        };
        for (stars, comment, wrong) in [
            (1, "", None),
            (5, "quick\nand kind", None),
            (0, "", Some("stars")),
            (6, "", Some("stars")),
            (3, "a\u{0}", Some("comment")),
            (3, &"é".repeat(fields::COMMENTS_MAX), None),
            (3, &"é".repeat(fields::COMMENTS_MAX + 1), Some("comment")),
        ] {
            assert_eq!(field(stars, comment), wrong, "{stars} {}", comment.len());
        }
    }
}
