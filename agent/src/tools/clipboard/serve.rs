//! One technician's stream of the clipboard.

use bytes::{Bytes, BytesMut};
use platform::clipboard::Clip;
use transport::{RecvStream, SendStream};
use wire::control::Right;
use wire::limits::TOOL_PIECE_BYTES_MAX;
use wire::tools::{
    Changed, Content, Failed, Failure, Fetch, FromClipboard, Item, Put, Stored, ToClipboard, bytes_of,
    from_clipboard::Body, to_clipboard,
};

use super::{Board, NoContent, check};
use crate::shell::Owner;
use crate::tools::talk::{Heard, Permit, Told, ToolError};

/// Serves one stream to its end.
pub(in crate::tools) async fn serve(
    board: Option<Board>,
    permit: Permit,
    owner: Owner,
    send: SendStream,
    recv: RecvStream,
) -> Result<(), ToolError> {
    let (mut heard, told) = (Heard::<ToClipboard>::new(recv), Told::new(send));
    let Some(board) = board else { return refuse_all(heard, told).await };
    let mut newest = board.newest();
    newest.mark_changed();
    let mut share = Share { board, permit, owner, told };
    loop {
        tokio::select! {
            biased;
            message = heard.next() => match message? {
                None => return share.told.finish(),
                Some(message) => share.message(message, &mut heard).await?,
            },
            () = share.permit.grants.changed_until(|| !share.may_do_anything()) => return Err(ToolError::NotAllowed),
            changed = newest.changed() => {
                if changed.is_err() {
                    return share.told.finish();
                }
                let news = newest.borrow_and_update().clone();
                if !news.formats.is_empty() && share.permit.has(&[Right::ReadClipboard]) {
                    let item = |format: wire::tools::Format| Item { format: format.into(), bytes: 0 };
                    let items = news.formats.into_iter().map(item).collect();
                    share.say(Body::Changed(Changed { change: news.change, items })).await?;
                }
            }
        }
    }
}

/// A computer without a clipboard says so to each request.
async fn refuse_all(mut heard: Heard<ToClipboard>, mut told: Told) -> Result<(), ToolError> {
    while let Some(message) = heard.next().await? {
        let request = match message.body {
            Some(
                to_clipboard::Body::Put(Put { request, .. })
                | to_clipboard::Body::Fetch(Fetch { request, .. }),
            ) => request,
            _ => continue,
        };
        let detail = "this computer has no clipboard that can be reached".to_owned();
        let failed = Failed { request, why: Failure::NotAvailable.into(), detail };
        told.say(&FromClipboard { body: Some(Body::Failed(failed)) }).await?;
    }
    told.finish()
}

struct Share {
    board: Board,
    permit: Permit,
    owner: Owner,
    told: Told,
}

impl Share {
    fn may_do_anything(&self) -> bool {
        self.permit.has_any(&[Right::ReadClipboard, Right::WriteClipboard])
    }

    async fn message(
        &mut self,
        message: ToClipboard,
        heard: &mut Heard<ToClipboard>,
    ) -> Result<(), ToolError> {
        match message.body {
            Some(to_clipboard::Body::Put(put)) => self.put(put, heard).await,
            Some(to_clipboard::Body::Fetch(fetch)) => self.fetch(fetch).await,
            Some(to_clipboard::Body::Piece(_)) => Err(ToolError::OutOfOrder),
            None => Ok(()),
        }
    }

    async fn put(&mut self, put: Put, heard: &mut Heard<ToClipboard>) -> Result<(), ToolError> {
        let request = put.request;
        let board = self.board.clone();
        // A closed semaphore is one whose board is gone, and then writing fails as well.
        let _content = board.0.contents.acquire().await;
        let bytes = receive(bytes_of(&put.items), heard).await?;
        if !self.permit.has(&[Right::WriteClipboard]) {
            return self.fail(request, Failure::NotAllowed, String::new()).await;
        }
        let clips = match split(&put.items, bytes) {
            Ok(clips) => clips,
            Err(error) => return self.no_content(request, &error).await,
        };
        match board.write(&self.owner, clips).await {
            Ok(()) => self.say(Body::Stored(Stored { request })).await,
            Err(error) => self.no_content(request, &error).await,
        }
    }

    async fn fetch(&mut self, fetch: Fetch) -> Result<(), ToolError> {
        let request = fetch.request;
        if !self.permit.has(&[Right::ReadClipboard]) {
            return self.fail(request, Failure::NotAllowed, String::new()).await;
        }
        let board = self.board.clone();
        // As above.
        let _content = board.0.contents.acquire().await;
        let clips = match board.read(&self.owner, fetch.change).await {
            Ok(clips) => clips,
            Err(error) => return self.no_content(request, &error).await,
        };
        let item = |clip: &Clip| Item { format: clip.format.into(), bytes: clip.bytes.len() as u32 };
        let items = clips.iter().map(item).collect();
        self.say(Body::Content(Content { request, items })).await?;
        for mut bytes in clips.into_iter().map(|clip| clip.bytes) {
            while !bytes.is_empty() {
                // The right may go in the middle of something long.
                if !self.permit.has(&[Right::ReadClipboard]) {
                    return Err(ToolError::NotAllowed);
                }
                let piece = bytes.split_to(bytes.len().min(TOOL_PIECE_BYTES_MAX));
                self.say(Body::Piece(piece)).await?;
            }
        }
        Ok(())
    }

    async fn no_content(&mut self, request: u32, error: &NoContent) -> Result<(), ToolError> {
        let why = match error {
            NoContent::NotThere => Failure::NotThere,
            NoContent::NotYours => Failure::NotYours,
            NoContent::TooLarge => Failure::TooLarge,
            NoContent::NotAvailable(_) => Failure::NotAvailable,
        };
        self.fail(request, why, error.to_string()).await
    }

    async fn fail(&mut self, request: u32, why: Failure, detail: String) -> Result<(), ToolError> {
        self.say(Body::Failed(Failed { request, why: why.into(), detail })).await
    }

    async fn say(&mut self, body: Body) -> Result<(), ToolError> {
        self.told.say(&FromClipboard { body: Some(body) }).await
    }
}

/// The bytes of a put, which come in pieces. Nothing else may come in between.
async fn receive(length: usize, heard: &mut Heard<ToClipboard>) -> Result<Bytes, ToolError> {
    let mut bytes = BytesMut::new();
    while bytes.len() < length {
        let message = heard.next().await?.ok_or(ToolError::OutOfOrder)?;
        match message.body {
            Some(to_clipboard::Body::Piece(piece)) if piece.len() <= length - bytes.len() => {
                bytes.extend_from_slice(&piece);
            }
            _ => return Err(ToolError::OutOfOrder),
        }
    }
    Ok(bytes.freeze())
}

/// Each item's own bytes.
fn split(items: &[Item], mut bytes: Bytes) -> Result<Vec<Clip>, NoContent> {
    if items.is_empty() {
        return Err(NoContent::NotThere);
    }
    let clips = items.iter().map(|item| {
        let clip = Clip { format: item.format(), bytes: bytes.split_to(item.bytes as usize) };
        check(clip.format, &clip.bytes).map(|()| clip)
    });
    clips.collect()
}
