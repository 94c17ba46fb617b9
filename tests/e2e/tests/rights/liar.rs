//! A relay that does what it likes: it lets one agent in, and says and opens whatever a test wants.

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Context;
use bytes::{Bytes, BytesMut};
use proto::handshake::Acceptor;
use proto::handshake::acceptor::{Input, Output};
use rustls::pki_types::PrivateKeyDer;
use rustls::sign::{CertifiedKey, SingleCertAndKey};
use tokio::sync::mpsc;
use tokio::time::timeout;
use transport::control::Control;
use transport::server::{Endpoint, EndpointOptions, Incoming};
use transport::{Link, RecvStream, SendStream, StreamError};
use wire::close::CloseCode;
use wire::control::{self, Pong, Right, SeatGranted, SessionOpened, Welcome, control::Body};
use wire::stream::{StreamHeader, StreamKind};
use wire::tools::{
    Failure, FromAction, FromClipboard, Refused, ToolMessage, decode, from_action, from_clipboard,
};
use wire::version::OURS;
use wire::{Seat, SessionId, Writer};

/// How long anything may take on a loaded machine.
pub(crate) const BOUND: Duration = Duration::from_secs(30);

/// Messages on their way to the agent, and from it.
const MESSAGES_MAX: usize = 64;

pub(crate) const SESSION: SessionId = SessionId::from_wire(7);

/// A port that nobody knocked at yet.
pub(crate) struct Open {
    endpoint: Endpoint,
    pub(crate) address: String,
    pub(crate) pin: [u8; 32],
}

impl Open {
    pub(crate) fn start() -> anyhow::Result<Self> {
        let made = rcgen::generate_simple_self_signed(["localhost".to_owned()])?;
        let certificate = made.cert.der().clone();
        let pin = transport::tls::pin(&certificate)?;
        let key = PrivateKeyDer::try_from(made.signing_key.serialize_der()).map_err(anyhow::Error::msg)?;
        let certified = CertifiedKey::from_der(vec![certificate], key, &transport::tls::provider())?;
        let options = EndpointOptions {
            address: ([127, 0, 0, 1], 0).into(),
            certificates: Arc::new(SingleCertAndKey::from(certified)),
            congestion: transport::settings::Congestion::default(),
            counts: Arc::default(),
        };
        let endpoint = Endpoint::bind(&options)?;
        let address = endpoint.local_address()?.to_string();
        Ok(Self { endpoint, address, pin })
    }

    /// Lets the first agent in that knocks.
    pub(crate) async fn greet(self) -> anyhow::Result<Liar> {
        let Some(Incoming::Native(link)) = timeout(BOUND, self.endpoint.accept()).await? else {
            anyhow::bail!("no agent");
        };
        let mut control = timeout(BOUND, Control::accept(&link)).await??;
        let mut machine = Acceptor::new(Instant::now(), OURS);
        while !welcome(&mut machine, &mut control).await? {
            let heard = timeout(BOUND, control.recv()).await??;
            machine.handle(Instant::now(), Input::Message(control::Control { body: Some(heard) }));
        }
        link.set_live(true);
        let (say, to_say) = mpsc::channel(MESSAGES_MAX);
        tokio::spawn(talk(control, to_say));
        say.send(Body::SessionOpened(SessionOpened { session: SESSION.to_wire() })).await?;
        Ok(Liar { link, say, seats: 0, _endpoint: self.endpoint })
    }
}

/// Does what the machine wants; whether the link is open.
async fn welcome(machine: &mut Acceptor, control: &mut Control) -> anyhow::Result<bool> {
    while let Some(output) = machine.poll() {
        match output {
            Output::Send(body) => control.send(body).await?,
            Output::Verify(_) => machine.handle(Instant::now(), Input::Verified(Welcome::default())),
            Output::Open { .. } => return Ok(true),
            Output::Close(error) => return Err(error.into()),
        }
    }
    Ok(false)
}

/// Answers pings, and says what it is told to.
async fn talk(control: Control, mut to_say: mpsc::Receiver<Body>) -> anyhow::Result<()> {
    let (mut sender, mut receiver) = control.split();
    loop {
        tokio::select! {
            heard = receiver.recv() => if let Body::Ping(ping) = heard? {
                let (number, sent_us) = (ping.number, ping.sent_us);
                sender.send(Body::Pong(Pong { number, sent_us, clock_us: sent_us })).await?;
            },
            body = to_say.recv() => sender.send(body.context("the test is over")?).await?,
        }
    }
}

/// What an agent makes of a stream.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Made {
    /// It says that the right is missing.
    Refused,
    /// It does it, or says why that cannot be done.
    Taken,
    /// It says nothing.
    Nothing,
}

/// The relay, with its one agent.
pub(crate) struct Liar {
    pub link: Link,
    say: mpsc::Sender<Body>,
    seats: u32,
    _endpoint: Endpoint,
}

impl Liar {
    pub(crate) async fn say(&self, body: Body) -> anyhow::Result<()> {
        Ok(self.say.send(body).await?)
    }

    /// A seat that nobody had before, whose technician may do just this.
    pub(crate) async fn seat(&mut self, rights: &[Right]) -> anyhow::Result<Seat> {
        self.seats += 1;
        let seat = self.seats;
        let granted = SeatGranted {
            session: SESSION.to_wire(),
            seat,
            participant: format!("account {seat}"),
            name: "somebody".to_owned(),
            rights: rights.iter().map(|&right| right.into()).collect(),
            paths: Vec::new(),
        };
        self.say(Body::SeatGranted(granted)).await?;
        Ok(Seat::from_wire(seat))
    }

    /// A seat of which the agent was never told.
    pub(crate) fn no_seat(&mut self) -> Seat {
        self.seats += 1;
        Seat::from_wire(self.seats)
    }

    /// Opens a stream for a seat, says something on it, and gives what the agent makes of it.
    pub(crate) async fn open(&self, seat: Seat, kind: StreamKind, words: &Bytes) -> anyhow::Result<Made> {
        let (mut send, mut recv): (SendStream, RecvStream) = self.link.open_bi().await?;
        let mut out = Writer::new();
        StreamHeader { kind, session: SESSION, seat }.encode(&mut out);
        out.slice(words);
        // The agent may have given it up before all is said.
        let _ = send.write(&out.into_chunks()).await.is_ok();
        let mut answer = BytesMut::new();
        loop {
            match timeout(BOUND, recv.read()).await? {
                Ok(Some(chunk)) => answer.extend_from_slice(&chunk),
                Ok(None) => return Ok(Made::Nothing),
                Err(StreamError::Reset(CloseCode::NotAllowed)) => return Ok(Made::Refused),
                Err(error) => return Err(error).context("neither done nor refused"),
            }
            if let Some(made) = judge(kind, &mut answer)? {
                return Ok(made);
            }
        }
    }
}

/// What the first words of an answer mean; `None` while they are not all there.
pub(crate) fn judge(kind: StreamKind, answer: &mut BytesMut) -> anyhow::Result<Option<Made>> {
    let is_refused = match kind {
        StreamKind::Action => match first::<FromAction>(answer)?.and_then(|message| message.body) {
            None => return Ok(None),
            Some(from_action::Body::Refused(refused)) => refused.why() == Refused::NotAllowed,
            Some(_) => false,
        },
        StreamKind::Clipboard => match first::<FromClipboard>(answer)?.and_then(|message| message.body) {
            None | Some(from_clipboard::Body::Changed(_)) => return Ok(None),
            Some(from_clipboard::Body::Failed(failed)) => failed.why() == Failure::NotAllowed,
            Some(_) => false,
        },
        _ => false,
    };
    Ok(Some(if is_refused { Made::Refused } else { Made::Taken }))
}

fn first<M: ToolMessage>(answer: &mut BytesMut) -> anyhow::Result<Option<M>> {
    Ok(decode(answer)?)
}
