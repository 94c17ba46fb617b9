//! The mail server, by SMTP.

use std::path::{Path, PathBuf};
use std::time::Duration;

use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use lettre::message::{Mailbox, MessageBuilder};
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Certificate, Tls, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use lettre::{Address, AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};

use crate::mail::{Config, Security, Text};

/// Why a letter was not taken.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SendError {
    /// A file that the configuration names cannot be read.
    #[error("mail: {path}: {source}")]
    File {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// TLS cannot be set up, or the server refused or did not answer.
    #[error("mail server: {0}")]
    Smtp(#[from] lettre::transport::smtp::Error),
    /// It took longer than it may.
    #[error("mail server: no answer within {0:?}")]
    TooSlow(Duration),
    /// The letter cannot be written as mail.
    #[error("mail: {0}")]
    Message(#[from] lettre::error::Error),
    /// An address cannot be used.
    #[error("mail: {0}")]
    Address(#[from] lettre::address::AddressError),
}

impl SendError {
    /// Whether another try would end the same way.
    pub(super) fn is_final(&self) -> bool {
        match self {
            Self::Smtp(error) => error.is_permanent(),
            Self::TooSlow(_) => false,
            Self::File { .. } | Self::Message(_) | Self::Address(_) => true,
        }
    }
}

/// A mail server, and how letters are handed to it.
#[derive(Debug)]
pub struct Server {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
    timeout: Duration,
}

impl Server {
    /// The server of the configuration, if it names one. Does not connect yet.
    ///
    /// # Errors
    /// When a file cannot be read, TLS cannot be set up, or the sender is no address.
    pub fn new(config: &Config) -> Result<Option<Self>, SendError> {
        let Some(name) = &config.server else { return Ok(None) };
        let from: Mailbox = config.from.parse()?;
        let timeout = Duration::from_secs(u64::from(config.timeout_s));
        let tls = match config.security {
            Security::Starttls => Tls::Required(parameters(name, config)?),
            Security::Tls => Tls::Wrapper(parameters(name, config)?),
            Security::None => Tls::None,
        };
        let mut builder = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(name)
            .port(config.port.unwrap_or(config.security.port()))
            .tls(tls)
            .hello_name(ClientId::Domain(from.email.domain().to_owned()))
            .timeout(Some(timeout));
        if let (Some(user), Some(path)) = (&config.user, &config.password_file) {
            let password = String::from_utf8_lossy(&read(path)?).trim_end().to_owned();
            builder = builder.credentials(Credentials::new(user.clone(), password));
        }
        Ok(Some(Self { transport: builder.build(), from, timeout }))
    }

    /// Hands a letter over, and returns when the server has it.
    ///
    /// # Errors
    /// When the server does not take it, or not in time.
    pub async fn send(&self, to: &str, text: &Text) -> Result<(), SendError> {
        let message = self.message(to.parse()?, text)?;
        match tokio::time::timeout(self.timeout, self.transport.send(message)).await {
            Ok(sent) => Ok(sent.map(|_| ())?),
            Err(_) => Err(SendError::TooSlow(self.timeout)),
        }
    }

    fn message(&self, to: Address, text: &Text) -> Result<Message, SendError> {
        let domain = self.from.email.domain();
        let id = u128::from_be_bytes(crate::random::bytes());
        let builder: MessageBuilder = Message::builder()
            .from(self.from.clone())
            .to(Mailbox::new(None, to))
            .subject(text.subject.clone())
            .message_id(Some(format!("<{id:032x}@{domain}>")))
            // Nobody's holiday greeting is wanted in answer (RFC 3834).
            .raw_header(HeaderValue::new(
                HeaderName::new_from_ascii_str("Auto-Submitted"),
                "auto-generated".to_owned(),
            ))
            .header(ContentType::TEXT_PLAIN);
        Ok(builder.body(text.body.clone())?)
    }
}

/// Whether letters can go there.
pub(super) fn is_address(text: &str) -> bool {
    text.parse::<Address>().is_ok()
}

/// Whether letters can come from there: an address, with or without a name.
pub(super) fn is_mailbox(text: &str) -> bool {
    text.parse::<Mailbox>().is_ok()
}

fn parameters(name: &str, config: &Config) -> Result<TlsParameters, SendError> {
    let mut builder = TlsParameters::builder(name.to_owned());
    if let Some(path) = &config.authority_file {
        builder = builder.add_root_certificate(Certificate::from_pem(&read(path)?)?);
    }
    Ok(builder.build_rustls()?)
}

fn read(path: &Path) -> Result<Vec<u8>, SendError> {
    std::fs::read(path).map_err(|source| SendError::File { path: path.to_owned(), source })
}
