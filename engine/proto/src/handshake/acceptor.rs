//! The side that is connected to: a relay.

use std::collections::VecDeque;
use std::mem;
use std::time::Instant;

use wire::control::{Control, Hello, Refusal, RefusalCode, Welcome, control::Body};
use wire::version::{Protocols, agree};

use super::{HANDSHAKE_TIMEOUT, HandshakeError};

/// What happens to an [`Acceptor`].
#[derive(Debug, Clone, PartialEq)]
pub enum Input {
    /// A message of the peer.
    Message(Control),
    /// The proof is right. The welcome's protocol is filled in.
    Verified(Welcome),
    /// The proof is wrong, or the peer is not wanted. The refusal's protocols are filled in.
    Refused(Refusal),
    /// Time has passed.
    Tick,
}

/// What the relay has to do.
#[derive(Debug, Clone, PartialEq)]
pub enum Output {
    /// Check the proof and answer with [`Input::Verified`] or [`Input::Refused`]. The hello is within its limits
    /// and its proof has the form that its role needs.
    Verify(Hello),
    /// Send this on the control stream.
    Send(Body),
    /// The link is open, in this protocol.
    Open {
        /// The newest protocol that both speak.
        protocol: u32,
    },
    /// Close the link with [`HandshakeError::close_code`].
    Close(HandshakeError),
}

/// Waits for a hello, has its proof checked, and answers.
#[derive(Debug)]
pub struct Acceptor {
    ours: Protocols,
    until: Instant,
    state: State,
    out: VecDeque<Output>,
}

#[derive(Debug)]
enum State {
    AwaitHello,
    AwaitProof { protocol: u32 },
    Done,
}

impl Acceptor {
    /// Waits for a peer to greet; the whole handshake has [`HANDSHAKE_TIMEOUT`] from `now`.
    pub fn new(now: Instant, ours: Protocols) -> Self {
        Self { ours, until: now + HANDSHAKE_TIMEOUT, state: State::AwaitHello, out: VecDeque::new() }
    }

    /// Takes one step. What comes after the end is ignored.
    pub fn handle(&mut self, now: Instant, input: Input) {
        self.state = match (mem::replace(&mut self.state, State::Done), input) {
            (State::Done, _) => State::Done,
            (_, Input::Tick) if self.until <= now => self.close(HandshakeError::TimedOut),
            (state, Input::Tick | Input::Message(Control { body: None })) => state,
            (State::AwaitHello, Input::Message(Control { body: Some(Body::Hello(hello)) })) => {
                self.greeted(hello)
            }
            (_, Input::Message(_)) => self.close(HandshakeError::OutOfOrder),
            (State::AwaitProof { protocol }, Input::Verified(welcome)) => self.welcome(protocol, welcome),
            (_, Input::Refused(refusal)) => self.refuse(refusal),
            (state @ State::AwaitHello, Input::Verified(_)) => state,
        };
    }

    /// What is to be done next; `None` when it is the peer's turn, or the caller's.
    pub fn poll(&mut self) -> Option<Output> {
        self.out.pop_front()
    }

    /// When an [`Input::Tick`] is wanted, if nothing else happens first.
    pub fn deadline(&self) -> Option<Instant> {
        match self.state {
            State::AwaitHello | State::AwaitProof { .. } => Some(self.until),
            State::Done => None,
        }
    }

    fn greeted(&mut self, hello: Hello) -> State {
        // Versions come first: what a much newer or older program sends need not make sense here.
        let theirs = Protocols { min: hello.protocol_min, max: hello.protocol_max };
        let protocol = match agree(theirs, self.ours) {
            Ok(protocol) => protocol,
            Err(too_old) => {
                self.send_refusal(refusal(too_old.code(), &too_old));
                return self.close(too_old.into());
            }
        };
        if let Err(error) = hello.check() {
            return self.refuse(refusal(RefusalCode::Malformed, &error));
        }
        self.out.push_back(Output::Verify(hello));
        State::AwaitProof { protocol }
    }

    fn welcome(&mut self, protocol: u32, welcome: Welcome) -> State {
        self.out.push_back(Output::Send(Body::Welcome(Welcome { protocol, ..welcome })));
        self.out.push_back(Output::Open { protocol });
        State::Done
    }

    fn refuse(&mut self, refusal: Refusal) -> State {
        let code = refusal.code();
        let (detail, retry_after_ms) = (refusal.detail.clone(), refusal.retry_after_ms);
        self.send_refusal(refusal);
        self.close(HandshakeError::Refused { code, detail, retry_after_ms })
    }

    fn send_refusal(&mut self, refusal: Refusal) {
        let Protocols { min, max } = self.ours;
        let refusal = Refusal { protocol_min: min, protocol_max: max, ..refusal };
        self.out.push_back(Output::Send(Body::Refusal(refusal)));
    }

    fn close(&mut self, error: HandshakeError) -> State {
        self.out.push_back(Output::Close(error));
        State::Done
    }
}

fn refusal(code: RefusalCode, reason: &dyn std::error::Error) -> Refusal {
    Refusal { code: code.into(), detail: reason.to_string(), ..Refusal::default() }
}
