//! What letters say, in each language.
//!
//! Plain text: nothing is fetched when it is read, and nothing is hidden in it. Names come from people: they are cut
//! and keep to one line, so that they cannot look like a part of the letter.

/// Characters of a name that goes into a letter.
const NAME_MAX: usize = 80;

/// Characters of what somebody wrote to go with it.
const COMMENT_MAX: usize = 500;

/// A language that letters are written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Language {
    /// English.
    #[default]
    English,
    /// French.
    French,
}

impl Language {
    /// The language of a BCP 47 tag; English where there are no letters in its own.
    pub fn of_tag(tag: &str) -> Self {
        let primary = tag.split(['-', '_']).next().unwrap_or("");
        if primary.eq_ignore_ascii_case("fr") { Self::French } else { Self::English }
    }
}

/// A letter, before it is put into words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Letter {
    /// A customer gets the address that starts a session (S91).
    SessionKey {
        /// The technician.
        technician: String,
        /// The address that holds the key.
        url: String,
        /// The key, to type or to read aloud.
        key: String,
        /// Until when it starts a session, as the customer reads it.
        until: String,
    },
    /// A technician who is not logged in, but can be asked, is invited into a session (S254).
    Invitation {
        /// Who invites.
        inviter: String,
        /// The session: its customer or computer.
        session: String,
        /// Where the invitation waits.
        url: String,
    },
    /// Somebody from outside is invited into a session (S270).
    External {
        /// Who invites.
        inviter: String,
        /// The name that the inviter gave the guest.
        guest: String,
        /// What the inviter wrote to go with it; may be empty.
        comment: String,
        /// The address that lets the guest in.
        url: String,
    },
}

/// A letter in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text {
    /// One line.
    pub subject: String,
    /// Lines of plain text.
    pub body: String,
}

impl Letter {
    /// The letter in a language.
    pub fn text(&self, language: Language) -> Text {
        match self {
            Self::SessionKey { technician, url, key, until } => {
                session_key(language, &name(technician), url, key, until)
            }
            Self::Invitation { inviter, session, url } => {
                invitation(language, &name(inviter), &name(session), url)
            }
            Self::External { inviter, guest, comment, url } => {
                external(language, &name(inviter), &name(guest), &one_line(comment, COMMENT_MAX), url)
            }
        }
    }
}

fn session_key(language: Language, technician: &str, url: &str, key: &str, until: &str) -> Text {
    let (subject, body) = match language {
        Language::English => (
            format!("{technician} is ready to help you"),
            format!(
                "Hello,\n\n{technician} is ready to help you with your computer. Open this address to begin:\n\n\
                 {url}\n\nYou may be asked for this key: {key}\n\nThe address can be used until {until}. You see \
                 when somebody is connected, and you can end the session at any time.\n\nIf you did not ask for \
                 help, ignore this message.\n"
            ),
        ),
        Language::French => (
            format!("{technician} est prêt à vous aider"),
            format!(
                "Bonjour,\n\n{technician} est prêt à vous aider avec votre ordinateur. Ouvrez cette adresse pour \
                 commencer :\n\n{url}\n\nCette clé vous sera peut-être demandée : {key}\n\nL'adresse peut être \
                 utilisée jusqu'au {until}. Vous voyez quand quelqu'un est connecté, et vous pouvez mettre fin à \
                 la session à tout moment.\n\nSi vous n'avez pas demandé d'aide, ignorez ce message.\n"
            ),
        ),
    };
    Text { subject, body }
}

fn invitation(language: Language, inviter: &str, session: &str, url: &str) -> Text {
    let (subject, body) = match language {
        Language::English => (
            format!("{inviter} asks for your help in a session"),
            format!(
                "Hello,\n\n{inviter} invites you into the session \"{session}\". The invitation waits in your \
                 queue:\n\n{url}\n\nYou get this message because you can be invited while you are not logged in.\n"
            ),
        ),
        Language::French => (
            format!("{inviter} demande votre aide dans une session"),
            format!(
                "Bonjour,\n\n{inviter} vous invite dans la session « {session} ». L'invitation attend dans votre \
                 file :\n\n{url}\n\nVous recevez ce message parce que vous pouvez être invité sans être \
                 connecté.\n"
            ),
        ),
    };
    Text { subject, body }
}

fn external(language: Language, inviter: &str, guest: &str, comment: &str, url: &str) -> Text {
    let comment = if comment.is_empty() { String::new() } else { format!("{inviter}: {comment}\n\n") };
    let (subject, body) = match language {
        Language::English => (
            format!("{inviter} invites you into a support session"),
            format!(
                "Hello {guest},\n\n{inviter} invites you into a support session. Open this address to join:\n\n\
                 {url}\n\n{comment}The address is for you alone and lets in whoever has it: do not pass it on. It \
                 ends with the session.\n"
            ),
        ),
        Language::French => (
            format!("{inviter} vous invite dans une session d'assistance"),
            format!(
                "Bonjour {guest},\n\n{inviter} vous invite dans une session d'assistance. Ouvrez cette adresse \
                 pour la rejoindre :\n\n{url}\n\n{comment}L'adresse n'est que pour vous et laisse entrer quiconque \
                 la possède : ne la transmettez pas. Elle prend fin avec la session.\n"
            ),
        ),
    };
    Text { subject, body }
}

fn name(text: &str) -> String {
    one_line(text, NAME_MAX)
}

fn one_line(text: &str, characters_max: usize) -> String {
    let words: Vec<&str> = text.split(|letter: char| letter.is_control() || letter.is_whitespace()).collect();
    let line = words.into_iter().filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ");
    line.chars().take(characters_max).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_cannot_look_like_a_part_of_the_letter() {
        let letter = Letter::External {
            inviter: "Ada\r\nBcc: eve@example.org".to_owned(),
            guest: "x".repeat(500),
            comment: "first\n\nhttps://evil.example".to_owned(),
            url: "https://relay.example/j/1".to_owned(),
        };
        for language in [Language::English, Language::French] {
            let text = letter.text(language);
            assert!(text.subject.starts_with("Ada Bcc: eve@example.org"), "{}", text.subject);
            assert!(!text.subject.contains(['\r', '\n']));
            assert!(
                text.body.contains("Ada Bcc: eve@example.org: first https://evil.example\n"),
                "{}",
                text.body
            );
            assert!(!text.body.contains(&"x".repeat(NAME_MAX + 1)));
        }
    }

    #[test]
    fn a_language_is_known_by_its_tag() {
        for (tag, language) in [
            ("fr", Language::French),
            ("fr-CH", Language::French),
            ("en-GB", Language::English),
            ("", Language::English),
        ] {
            assert_eq!(Language::of_tag(tag), language, "{tag}");
        }
    }
}
