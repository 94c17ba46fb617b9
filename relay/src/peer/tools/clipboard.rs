//! A technician's stream of the clipboard: each direction needs its own permission, at each message.

use std::collections::HashMap;

use desk::permission::Permission;
use desk::session::{Deed, Step};
use wire::tools::{Failed, Failure, FromClipboard, ToClipboard, bytes_of, from_clipboard, to_clipboard};

use super::{Messages, may, pass};
use crate::peer::splice::{Ended, Pair, Splice};

/// Puts whose answer is not there yet. An agent answers one after the other.
const PUTS_MAX: usize = 64;

/// Joins both streams until they end.
pub(in crate::peer) async fn join(
    splice: &Splice,
    technician: &mut Pair,
    agent: &mut Pair,
) -> Result<(), Ended> {
    let mut up = Messages::<ToClipboard>::new(&mut technician.1);
    let mut down = Messages::<FromClipboard>::new(&mut agent.1);
    let mut desk = Broker { splice, skipped: 0, puts: HashMap::new() };
    let mut says_more = true;
    loop {
        tokio::select! {
            biased;
            message = down.next(splice) => match message? {
                Some(message) => {
                    if desk.comes(&message)? {
                        pass(&mut technician.0, &message).await?;
                    }
                }
                None => return Ok(technician.0.finish()?),
            },
            message = up.next(splice), if says_more => match message? {
                Some(message) => match desk.goes(&message)? {
                    Goes::On => pass(&mut agent.0, &message).await?,
                    Goes::Nowhere => {}
                    Goes::Back(request) => pass(&mut technician.0, &refusal(request)).await?,
                },
                None => {
                    says_more = false;
                    agent.0.finish()?;
                }
            },
        }
    }
}

fn refusal(request: u32) -> FromClipboard {
    let failed = Failed { request, why: Failure::NotAllowed.into(), detail: String::new() };
    FromClipboard { body: Some(from_clipboard::Body::Failed(failed)) }
}

/// What becomes of a technician's message.
enum Goes {
    On,
    Nowhere,
    /// It is answered here.
    Back(u32),
}

struct Broker<'a> {
    splice: &'a Splice,
    /// Bytes of a refused put that are still on their way.
    skipped: usize,
    /// How much each put brings, by its request.
    puts: HashMap<u32, u64>,
}

impl Broker<'_> {
    fn goes(&mut self, message: &ToClipboard) -> Result<Goes, Ended> {
        Ok(match &message.body {
            Some(to_clipboard::Body::Put(put)) if may(self.splice, &[Permission::WriteClipboard]) => {
                if PUTS_MAX <= self.puts.len() {
                    return Err(Ended::Full);
                }
                self.puts.insert(put.request, bytes_of(&put.items) as u64);
                Goes::On
            }
            Some(to_clipboard::Body::Put(put)) => {
                self.skipped += bytes_of(&put.items);
                Goes::Back(put.request)
            }
            Some(to_clipboard::Body::Piece(piece)) if 0 < self.skipped => {
                self.skipped = self.skipped.saturating_sub(piece.len());
                Goes::Nowhere
            }
            Some(to_clipboard::Body::Fetch(fetch)) if !may(self.splice, &[Permission::ReadClipboard]) => {
                Goes::Back(fetch.request)
            }
            Some(to_clipboard::Body::Piece(_) | to_clipboard::Body::Fetch(_)) => Goes::On,
            None => Goes::Nowhere,
        })
    }

    /// Whether what an agent says may be heard.
    fn comes(&mut self, message: &FromClipboard) -> Result<bool, Ended> {
        let may_read = may(self.splice, &[Permission::ReadClipboard]);
        match &message.body {
            Some(from_clipboard::Body::Changed(_)) => Ok(may_read),
            Some(from_clipboard::Body::Content(content)) => {
                if !may_read {
                    return Err(Ended::NotAllowed);
                }
                self.splice.log(Deed::ReadClipboard { bytes: bytes_of(&content.items) as u64 }, Step::Done);
                Ok(true)
            }
            // The rest of something that he may not have any more is not for him.
            Some(from_clipboard::Body::Piece(_)) if !may_read => Err(Ended::NotAllowed),
            Some(from_clipboard::Body::Stored(stored)) => {
                if let Some(bytes) = self.puts.remove(&stored.request) {
                    self.splice.log(Deed::WriteClipboard { bytes }, Step::Done);
                }
                Ok(true)
            }
            Some(from_clipboard::Body::Failed(failed)) => {
                self.puts.remove(&failed.request);
                Ok(true)
            }
            Some(from_clipboard::Body::Piece(_)) => Ok(true),
            None => Ok(false),
        }
    }
}
