//! Passes one technician's input on to the agent of his session, record by record.
//!
//! Records are decoded on the way: what is no input never reaches an agent, and nothing passes without control.
//! The wait for a slow agent is this technician's alone, and bounded.

use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use tokio::time::timeout;
use transport::{Priority, RecvStream, SendStream, StreamError};
use wire::close::CloseCode;
use wire::input::{Event, Pointer, Record};
use wire::stream::{StreamHeader, StreamKind};
use wire::{DecodeError, Writer};

use crate::peer::agent::Agent;
use crate::peer::ended::Ended;
use crate::registry::Place;
use crate::site::Site;

/// One technician's input stream on its way to the agent.
pub(super) struct Splice {
    site: Arc<Site>,
    place: Place,
    last_number: Option<u32>,
    /// The agent that gets it at the moment, and the stream there.
    toward: Option<(Arc<Agent>, SendStream)>,
}

impl Splice {
    pub(super) fn new(site: &Arc<Site>, place: Place) -> Self {
        Self { site: Arc::clone(site), place, last_number: None, toward: None }
    }

    /// Reads `stream` to its end. An error is the technician's doing.
    pub(super) async fn run(mut self, mut stream: RecvStream) -> Result<(), Ended> {
        let mut buffer = BytesMut::new();
        loop {
            let chunk = match stream.read().await {
                Ok(Some(chunk)) => chunk,
                Ok(None) => break,
                Err(StreamError::Reset(_)) => break,
                Err(error) => return Err(Ended::stream("input", error)),
            };
            self.site.metrics.read(StreamKind::Input, chunk.len());
            buffer.extend_from_slice(&chunk);
            let records = self.take_records(&mut buffer)?;
            if !records.is_empty() {
                self.pass_on(records).await;
            }
        }
        if let Some((_, mut stream)) = self.toward.take() {
            // An agent that is gone has released everything anyway.
            let _ = stream.finish().is_ok();
        }
        Ok(())
    }

    /// All whole records, checked, as the bytes that go on.
    fn take_records(&mut self, buffer: &mut BytesMut) -> Result<Bytes, Ended> {
        let wrong = |error: DecodeError| Ended::Stream { what: "input", error: error.into() };
        let mut out = Writer::new();
        let mut pointer = None;
        while let Some(record) = Record::decode(buffer).map_err(wrong)? {
            if self.last_number.is_some_and(|last| record.number <= last) {
                return Err(Ended::OutOfOrder("input whose numbers do not grow"));
            }
            self.last_number = Some(record.number);
            pointer = place_of(&record.event).or(pointer);
            record.encode(&mut out);
        }
        if let Some(at) = pointer {
            self.place.session.point_at(self.place.seat, at);
        }
        Ok(out.into_bytes())
    }

    /// Writes records to the agent, if the technician has control and the agent is there. Otherwise they are
    /// dropped and counted: whoever gave up control may still have moved his mouse.
    async fn pass_on(&mut self, records: Bytes) {
        let Some(agent) = self.place.session.controlled(self.place.seat) else {
            self.toward = None;
            self.site.metrics.input_dropped.increment(1);
            return;
        };
        let limit = self.site.config.links.write_timeout();
        match timeout(limit, self.write(&agent, records)).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => {
                tracing::debug!(endpoint = %agent.endpoint.id, %error, "input did not reach the agent");
                self.toward = None;
                self.site.metrics.input_dropped.increment(1);
            }
            Err(_) => {
                self.toward = None;
                agent.outbox.end(CloseCode::TooSlow);
            }
        }
    }

    async fn write(&mut self, agent: &Arc<Agent>, records: Bytes) -> Result<(), StreamError> {
        let known = self.toward.take().filter(|(known, _)| Arc::ptr_eq(known, agent));
        let (mut stream, chunks) = match known {
            Some((_, stream)) => (stream, vec![records]),
            None => {
                let mut stream = agent.link.open_uni().await?;
                stream.set_priority(Priority::Input);
                let mut header = Writer::new();
                let session = self.place.session.id;
                StreamHeader { kind: StreamKind::Input, session, seat: self.place.seat }.encode(&mut header);
                (stream, vec![header.into_bytes(), records])
            }
        };
        stream.write(&chunks).await?;
        let bytes = chunks.iter().map(Bytes::len).sum();
        self.site.metrics.wrote(StreamKind::Input, bytes);
        self.toward = Some((Arc::clone(agent), stream));
        Ok(())
    }
}

fn place_of(event: &Event) -> Option<Pointer> {
    match event {
        Event::Move(at) | Event::Button { at, .. } | Event::Wheel { at, .. } => Some(*at),
        Event::Key { .. } | Event::Text(_) | Event::Release => None,
    }
}
