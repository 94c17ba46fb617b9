//! System information, clipboard and actions of the endpoint, as a technician has them open.

use std::time::Duration;

use anyhow::Context;
use bytes::{Bytes, BytesMut};
use tokio::time::timeout;
use transport::{Link, RecvStream, SendStream};
use wire::limits::TOOL_PIECE_BYTES_MAX;
use wire::stream::{StreamHeader, StreamKind};
use wire::tools::{
    Fetch, Format, FromAction, FromClipboard, FromSystem, Item, Put, Section, Table, ToAction, ToClipboard,
    ToSystem, ToolMessage, action_ended, bytes_of, decode, from_action, from_clipboard, from_system,
    to_action, to_bytes, to_clipboard,
};
use wire::{SessionId, Writer};

/// A stream of messages to and from the endpoint.
pub struct Talk {
    send: SendStream,
    recv: RecvStream,
    buffer: BytesMut,
}

impl Talk {
    /// Opens a stream of a kind in a session.
    ///
    /// # Errors
    /// When the link is gone.
    pub async fn open(link: &Link, session: SessionId, kind: StreamKind) -> anyhow::Result<Self> {
        let (mut send, recv) = link.open_bi().await?;
        let mut out = Writer::new();
        StreamHeader::new(kind, session).encode(&mut out);
        send.write(&out.into_chunks()).await?;
        Ok(Self { send, recv, buffer: BytesMut::new() })
    }

    /// Says something.
    ///
    /// # Errors
    /// When the stream is over.
    pub async fn say(&mut self, message: &impl ToolMessage) -> anyhow::Result<()> {
        Ok(self.send.write(&[to_bytes(message)]).await?)
    }

    /// What is said next; `None` at the end.
    ///
    /// # Errors
    /// When the stream is given up from the other side.
    pub async fn next<M: ToolMessage>(&mut self) -> anyhow::Result<Option<M>> {
        loop {
            if let Some(message) = decode(&mut self.buffer)? {
                return Ok(Some(message));
            }
            match self.recv.read().await? {
                Some(chunk) => self.buffer.extend_from_slice(&chunk),
                None => return Ok(None),
            }
        }
    }
}

/// What an endpoint says of itself: whole tables, and why sections are missing.
#[derive(Debug, Default)]
pub struct Report {
    /// The tables, each once.
    pub tables: Vec<Table>,
    /// Sections that are not complete, with the reason.
    pub missing: Vec<(Section, String)>,
}

impl Report {
    /// A table by its id.
    pub fn table(&self, id: &str) -> Option<&Table> {
        self.tables.iter().find(|table| table.id == id)
    }

    /// The cells of a column of a table.
    pub fn column(&self, table: &str, column: &str) -> Vec<&str> {
        let Some(table) = self.table(table) else { return Vec::new() };
        let Some(place) = table.columns.iter().position(|one| one.id == column) else { return Vec::new() };
        table.rows.iter().filter_map(|row| row.cells.get(place).map(String::as_str)).collect()
    }
}

/// Asks for sections of system information; none: all of them.
///
/// # Errors
/// When the endpoint does not answer to the end.
pub async fn system(talk: &mut Talk, sections: &[Section]) -> anyhow::Result<Report> {
    let sections = sections.iter().map(|&section| section.into()).collect();
    talk.say(&ToSystem { request: 1, sections }).await?;
    let mut report = Report::default();
    loop {
        let said: FromSystem = talk.next().await?.context("the answer has no end")?;
        match said.body {
            Some(from_system::Body::Table(piece)) => {
                match report.tables.iter_mut().find(|table| table.id == piece.id) {
                    Some(table) => table.rows.extend(piece.rows),
                    None => report.tables.push(piece),
                }
            }
            Some(from_system::Body::SectionEnd(end)) if !end.missing.is_empty() => {
                report.missing.push((end.section(), end.missing));
            }
            Some(from_system::Body::Done(_)) => return Ok(report),
            _ => {}
        }
    }
}

/// One thing in a clipboard, in one form.
pub type Copied = (Format, Bytes);

/// Puts something into the endpoint's clipboard, and waits for the answer.
///
/// # Errors
/// When the stream breaks.
pub async fn put(talk: &mut Talk, what: &[Copied]) -> anyhow::Result<from_clipboard::Body> {
    let item = |(format, bytes): &Copied| Item { format: (*format).into(), bytes: bytes.len() as u32 };
    let put = Put { request: 1, items: what.iter().map(item).collect() };
    talk.say(&ToClipboard { body: Some(to_clipboard::Body::Put(put)) }).await?;
    let mut rest = Bytes::from(what.iter().flat_map(|(_, bytes)| bytes.to_vec()).collect::<Vec<u8>>());
    while !rest.is_empty() {
        let piece = rest.split_to(rest.len().min(TOOL_PIECE_BYTES_MAX));
        talk.say(&ToClipboard { body: Some(to_clipboard::Body::Piece(piece)) }).await?;
    }
    answer(talk).await
}

/// Fetches what is in the endpoint's clipboard, or says why it is not given.
///
/// # Errors
/// When the stream breaks.
pub async fn fetch(
    talk: &mut Talk,
    change: u64,
) -> anyhow::Result<Result<Vec<Copied>, from_clipboard::Body>> {
    talk.say(&ToClipboard { body: Some(to_clipboard::Body::Fetch(Fetch { request: 2, change })) }).await?;
    let content = match answer(talk).await? {
        from_clipboard::Body::Content(content) => content,
        other => return Ok(Err(other)),
    };
    let mut bytes = BytesMut::new();
    while bytes.len() < bytes_of(&content.items) {
        match answer(talk).await? {
            from_clipboard::Body::Piece(piece) => bytes.extend_from_slice(&piece),
            other => anyhow::bail!("in the middle of a clipboard: {other:?}"),
        }
    }
    let mut bytes = bytes.freeze();
    let copied = content.items.iter().map(|item| (item.format(), bytes.split_to(item.bytes as usize)));
    Ok(Ok(copied.collect()))
}

/// The next word of a clipboard that answers something.
async fn answer(talk: &mut Talk) -> anyhow::Result<from_clipboard::Body> {
    loop {
        let said: FromClipboard = talk.next().await?.context("the clipboard is closed")?;
        match said.body {
            Some(from_clipboard::Body::Changed(_)) | None => {}
            Some(body) => return Ok(body),
        }
    }
}

/// Waits until something is copied at the endpoint; gives the number of the change.
///
/// # Errors
/// When that is not within `bound`.
pub async fn copied(talk: &mut Talk, bound: Duration) -> anyhow::Result<(u64, Vec<Format>)> {
    let wait = async {
        loop {
            let said: FromClipboard = talk.next().await?.context("the clipboard is closed")?;
            if let Some(from_clipboard::Body::Changed(changed)) = said.body {
                return anyhow::Ok((changed.change, changed.items.iter().map(Item::format).collect()));
            }
        }
    };
    timeout(bound, wait).await.context("nothing was copied")?
}

/// How an action went.
#[derive(Debug, Default, PartialEq)]
pub struct Went {
    /// What it said.
    pub output: String,
    /// What it complained of.
    pub errors: String,
    /// How it ended.
    pub ended: Option<action_ended::By>,
    /// Why it was not done.
    pub refused: Option<(wire::tools::Refused, String)>,
}

/// Does something at the endpoint and waits for its end.
///
/// # Errors
/// When the stream breaks, or the end is not within `bound`.
pub async fn act(talk: &mut Talk, what: to_action::Body, bound: Duration) -> anyhow::Result<Went> {
    talk.say(&ToAction { body: Some(what) }).await?;
    timeout(bound, went(talk)).await.context("the action has no end")?
}

/// Waits for the end of what was begun.
///
/// # Errors
/// When the stream breaks.
pub async fn went(talk: &mut Talk) -> anyhow::Result<Went> {
    let mut went = Went::default();
    while let Some(FromAction { body }) = talk.next().await? {
        match body {
            Some(from_action::Body::Output(output)) => {
                let text = if output.is_error { &mut went.errors } else { &mut went.output };
                text.push_str(&String::from_utf8_lossy(&output.bytes));
            }
            Some(from_action::Body::Ended(ended)) => went.ended = ended.by,
            Some(from_action::Body::Refused(refused)) => {
                went.refused = Some((refused.why(), refused.detail));
            }
            _ => {}
        }
    }
    Ok(went)
}
