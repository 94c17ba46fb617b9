//! Downloads that leave by HTTP: a browser saves them as it saves any file, and never holds them in memory.
//!
//! A page that may download asks for a ticket; its browser fetches the ticket's address. The ticket is begun once, within
//! half a minute, by the login that asked for it, and may be gone on with by `Range` as long as that login and its
//! place in the session last. Rights are looked at each time, and a right that is lost ends what runs.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use blake3::Hasher;
use bytes::{Bytes, BytesMut};
use desk::Participant;
use desk::permission::Rights;
use futures_util::Stream;
use parking_lot::Mutex;
use schemars::JsonSchema;
use serde::Serialize;
use tokio::sync::watch;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use transport::{LinkError, Priority, RecvStream, SendStream, StreamError};
use wire::close::CloseCode;
use wire::file::{FilePath, FromFile, Item, ToFile, Why};
use wire::stream::{StreamHeader, StreamKind};
use wire::{DecodeError, SessionId, Writer};

use super::act::Act;
use super::request::{may, needs};
use crate::db::LoginId;
use crate::keeper::{AskError, Caller};
use crate::site::Site;

/// How long a ticket may wait to be begun.
const BEGIN_MAX: Duration = Duration::from_secs(30);

/// How long one is remembered after something last happened to it.
const REMEMBER_MAX: Duration = Duration::from_secs(3600);

/// Downloads that are remembered. Beyond it the oldest is forgotten.
const DOWNLOADS_MAX: usize = 4096;

/// How long an agent may take to permit a stream, and to say what a file is.
const OPEN_MAX: Duration = Duration::from_secs(10);

/// Zeros of a hole that are written at once.
const ZEROS: Bytes = Bytes::from_static(&[0; 64 << 10]);

/// Why there is no download.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NoDownload {
    #[error("there is no such download, or it is over")]
    NotKnown,
    #[error("the right to download is missing")]
    NotAllowed,
    #[error("the computer is not connected")]
    Offline,
    #[error("{detail}")]
    Refused { why: Why, detail: String },
    #[error("the agent says what makes no sense here: {0}")]
    OutOfOrder(&'static str),
    #[error(transparent)]
    Decode(#[from] DecodeError),
    #[error(transparent)]
    Stream(#[from] StreamError),
    #[error(transparent)]
    Link(#[from] LinkError),
    #[error(transparent)]
    Ask(#[from] AskError),
    #[error("cancelled")]
    Cancelled,
    #[error("what arrived is not what was sent")]
    Mismatch,
}

/// How a download fares, for the page that asked for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(rename = "DownloadFare")]
pub(crate) struct Fare {
    /// `waiting`, `running`, `paused`, `done`, `failed` or `cancelled`.
    pub(crate) state: &'static str,
    /// Bytes in all, as far as that is known.
    size: u64,
    /// Bytes that went out.
    sent: u64,
    /// Files of an archive that could not be read.
    left_out: u64,
    /// Why it failed.
    detail: String,
    /// The content's BLAKE3 hash in hexadecimal, once all of it went out in one piece.
    hash: String,
}

/// All downloads that are remembered.
#[derive(Debug, Default)]
pub(crate) struct Downloads {
    rows: Mutex<HashMap<String, Arc<Download>>>,
}

/// One download.
#[derive(Debug)]
pub(crate) struct Download {
    login: LoginId,
    who: Participant,
    caller: Caller,
    session: SessionId,
    paths: Vec<FilePath>,
    is_archive: bool,
    paused: watch::Sender<bool>,
    cancelled: CancellationToken,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    touched: Instant,
    has_begun: bool,
    /// Counts requests: only the newest one's end is the download's.
    runs: u64,
    fare: Fare,
}

impl Downloads {
    /// A ticket for a download.
    pub(crate) fn issue(&self, download: Download) -> String {
        let id = URL_SAFE_NO_PAD.encode(crate::random::bytes::<24>());
        let mut rows = self.rows.lock();
        if DOWNLOADS_MAX <= rows.len() {
            let now = Instant::now();
            rows.retain(|_, row| !row.is_forgotten(now));
            let oldest =
                rows.iter().min_by_key(|(_, row)| row.state.lock().touched).map(|(id, _)| id.clone());
            if let Some(oldest) = oldest.filter(|_| DOWNLOADS_MAX <= rows.len()) {
                rows.remove(&oldest);
            }
        }
        rows.insert(id.clone(), Arc::new(download));
        id
    }

    /// The download of a ticket, for the login that asked for it.
    pub(crate) fn find(&self, id: &str, login: LoginId) -> Option<Arc<Download>> {
        let rows = self.rows.lock();
        let row = rows.get(id).filter(|row| row.login == login && !row.is_forgotten(Instant::now()))?;
        Some(Arc::clone(row))
    }
}

/// What a download is made of.
pub(crate) struct Wish {
    pub(crate) session: SessionId,
    pub(crate) paths: Vec<FilePath>,
    pub(crate) is_archive: bool,
}

/// A download whose content is about to come.
pub(crate) struct Begun {
    /// What it is.
    pub(crate) item: Item,
    /// Another one means other content.
    pub(crate) mark: Bytes,
    content: Content,
}

impl Download {
    pub(crate) fn new(login: LoginId, who: Participant, caller: Caller, wish: Wish) -> Self {
        let fare = Fare {
            state: "waiting",
            size: 0,
            sent: 0,
            left_out: 0,
            detail: String::new(),
            hash: String::new(),
        };
        let Wish { session, paths, is_archive } = wish;
        let state = Mutex::new(State { touched: Instant::now(), has_begun: false, runs: 0, fare });
        let (paused, cancelled) = (watch::Sender::new(false), CancellationToken::new());
        Self { login, who, caller, session, paths, is_archive, paused, cancelled, state }
    }

    fn is_forgotten(&self, now: Instant) -> bool {
        let state = self.state.lock();
        let running = matches!(state.fare.state, "running" | "paused");
        let limit = if state.has_begun { REMEMBER_MAX } else { BEGIN_MAX };
        !running && limit < now.duration_since(state.touched)
    }

    /// What it is to be saved as.
    pub(crate) fn name(&self) -> Vec<u8> {
        let name = self.paths.first().map(FilePath::name).unwrap_or_default().to_vec();
        if !self.is_archive {
            return name;
        }
        let several = if self.paths.len() == 1 { name } else { b"files".to_vec() };
        let several = if several == b"/" { b"files".to_vec() } else { several };
        [&several[..], b".tar"].concat()
    }

    pub(crate) fn is_archive(&self) -> bool {
        self.is_archive
    }

    pub(crate) fn fare(&self) -> Fare {
        self.state.lock().fare.clone()
    }

    pub(crate) fn pause(&self, is_paused: bool) {
        self.paused.send_replace(is_paused);
        let mut state = self.state.lock();
        if matches!(state.fare.state, "running" | "paused") {
            state.fare.state = if is_paused { "paused" } else { "running" };
        }
    }

    pub(crate) fn cancel(&self) {
        self.cancelled.cancel();
        let mut state = self.state.lock();
        if matches!(state.fare.state, "waiting" | "running" | "paused") {
            state.fare.state = "cancelled";
        }
    }

    /// Asks the agent for the content from a place on, of the file with this mark, if one is given; of a range only so
    /// many bytes.
    ///
    /// # Errors
    /// When it may not be had, or is not there.
    pub(crate) async fn begin(
        self: &Arc<Self>,
        site: &Arc<Site>,
        from: u64,
        mark: Bytes,
        bytes_max: u64,
    ) -> Result<Begun, NoDownload> {
        let begun = timeout(OPEN_MAX, self.open(site, from, mark, bytes_max))
            .await
            .unwrap_or(Err(NoDownload::Offline));
        if let Err(error) = &begun {
            let mut state = self.state.lock();
            state.fare.state = "failed";
            state.fare.detail = error.to_string();
        }
        begun
    }

    async fn open(
        self: &Arc<Self>,
        site: &Arc<Site>,
        from: u64,
        mark: Bytes,
        bytes_max: u64,
    ) -> Result<Begun, NoDownload> {
        if self.cancelled.is_cancelled() {
            return Err(NoDownload::Cancelled);
        }
        let asked = self.asked(from, mark);
        let needs = needs(&asked);
        let session = site.registry.session(self.session).ok_or(NoDownload::NotKnown)?;
        let (seat, rights, out) = session.place_of(self.who).ok_or(NoDownload::NotKnown)?;
        if !may(needs, &rights.borrow()) {
            return Err(NoDownload::NotAllowed);
        }
        let agent = session.agent().ok_or(NoDownload::Offline)?;
        let act = Act::begin(site, self.caller, self.session, &asked).await?;
        let run = {
            let mut state = self.state.lock();
            (state.has_begun, state.touched) = (true, Instant::now());
            state.runs += 1;
            state.runs
        };
        let (mut send, recv) = agent.link.open_bi().await?;
        send.set_priority(Priority::Clipboard);
        let mut out_bytes = Writer::new();
        StreamHeader { kind: StreamKind::File, session: self.session, seat }.encode(&mut out_bytes);
        asked.encode(&mut out_bytes);
        send.write(&out_bytes.into_chunks()).await?;
        let mut content = Content {
            site: Arc::clone(site),
            download: Arc::clone(self),
            act: Some(act),
            send,
            recv,
            buffer: BytesMut::new(),
            hasher: Hasher::new(),
            hole: 0,
            left: bytes_max,
            is_to_end: true,
            from,
            is_whole: false,
            is_heard: false,
            is_over: false,
            run,
            lost: Box::pin(lost(needs, rights, out, self.cancelled.clone())),
            paused: self.paused.subscribe(),
        };
        match content.record().await? {
            FromFile::Found { item, mark } => {
                self.runs(from, item.size);
                content.expect(&item).await?;
                Ok(Begun { item, mark, content })
            }
            FromFile::Refused { why, detail } => Err(NoDownload::Refused { why, detail }),
            _ => Err(NoDownload::OutOfOrder("neither a file nor why there is none")),
        }
    }

    fn runs(&self, from: u64, size: u64) {
        let mut state = self.state.lock();
        state.fare.size = size;
        (state.fare.state, state.fare.sent) = ("running", from);
    }

    fn asked(&self, from: u64, mark: Bytes) -> ToFile {
        match self.paths.first() {
            Some(path) if !self.is_archive => ToFile::Read { path: path.clone(), from, known: None, mark },
            _ => ToFile::Archive(self.paths.clone()),
        }
    }
}

/// Waits until the download may not go on.
async fn lost(
    needs: &'static [desk::permission::Permission],
    mut rights: watch::Receiver<Rights>,
    out: CancellationToken,
    cancelled: CancellationToken,
) -> NoDownload {
    let had = rights.borrow_and_update().paths.clone();
    tokio::select! {
        () = cancelled.cancelled() => NoDownload::Cancelled,
        () = out.cancelled() => NoDownload::NotAllowed,
        // The sender is gone with the seat.
        _ = rights.wait_for(|rights| !may(needs, rights) || rights.paths != had) => NoDownload::NotAllowed,
    }
}

impl Begun {
    /// The content, as an HTTP body wants it. One that ends with an error was cut short on purpose.
    pub(crate) fn into_stream(self) -> impl Stream<Item = Result<Bytes, NoDownload>> + Send {
        futures_util::stream::unfold(self.content, |mut content| async {
            let piece = content.next().await;
            piece.map(|piece| (piece, content))
        })
    }
}

/// Content on its way from an agent to a browser.
struct Content {
    site: Arc<Site>,
    download: Arc<Download>,
    act: Option<Act>,
    send: SendStream,
    recv: RecvStream,
    buffer: BytesMut,
    hasher: Hasher,
    /// Zeros that are still to be written out.
    hole: u64,
    /// Bytes that the browser still wants, and whether those are all that there are.
    left: u64,
    is_to_end: bool,
    from: u64,
    /// The agent has said that this was all, and the hash was right.
    is_whole: bool,
    /// Its last word was heard.
    is_heard: bool,
    is_over: bool,
    run: u64,
    lost: std::pin::Pin<Box<dyn Future<Output = NoDownload> + Send>>,
    paused: watch::Receiver<bool>,
}

impl Content {
    /// Knows how much comes of a file. Of one without content all is heard at once: nobody asks for a next piece.
    async fn expect(&mut self, item: &Item) -> Result<(), NoDownload> {
        if self.download.is_archive {
            return Ok(());
        }
        let rest = item.size.saturating_sub(self.from);
        self.is_to_end = rest <= self.left;
        self.left = rest.min(self.left);
        if self.left == 0 {
            self.hear_end().await?;
            self.over(None).await;
        }
        Ok(())
    }

    /// The next piece; none at the end.
    async fn next(&mut self) -> Option<Result<Bytes, NoDownload>> {
        if self.is_over {
            return None;
        }
        let piece = self.piece().await;
        match &piece {
            Ok(Some(bytes)) => self.download.state.lock().fare.sent += bytes.len() as u64,
            Ok(None) => self.over(None).await,
            Err(error) => self.over(Some(error)).await,
        }
        piece.transpose()
    }

    async fn piece(&mut self) -> Result<Option<Bytes>, NoDownload> {
        // A sender that is gone pauses nobody.
        let mut paused = self.paused.clone();
        tokio::select! {
            biased;
            error = &mut self.lost => return Err(error),
            _ = paused.wait_for(|is_paused| !is_paused) => {}
        }
        loop {
            if self.left == 0 {
                return Ok(None);
            }
            if 0 < self.hole {
                let length = self.hole.min(ZEROS.len() as u64).min(self.left);
                self.hole -= self.hole.min(ZEROS.len() as u64);
                self.left -= length;
                if self.left == 0 {
                    self.hear_end().await?;
                }
                return Ok(Some(ZEROS.slice(..length as usize)));
            }
            match self.record().await? {
                FromFile::Bytes(mut bytes) => {
                    self.hasher.update(&bytes);
                    bytes.truncate(usize::try_from(self.left).unwrap_or(usize::MAX));
                    self.left -= bytes.len() as u64;
                    if self.left == 0 {
                        self.hear_end().await?;
                    }
                    return Ok(Some(bytes));
                }
                FromFile::Hole(length) => {
                    hash_zeros(&mut self.hasher, length);
                    self.hole = length;
                }
                FromFile::Whole(hash) if self.hasher.finalize() == hash => self.is_whole = true,
                FromFile::Whole(_) => return Err(NoDownload::Mismatch),
                FromFile::Failed { .. } => self.download.state.lock().fare.left_out += 1,
                FromFile::Progress { .. } => {}
                FromFile::Done { .. } if self.is_whole => return Ok(None),
                FromFile::Refused { why, detail } => return Err(NoDownload::Refused { why, detail }),
                _ => return Err(NoDownload::OutOfOrder("a record that no download has")),
            }
        }
    }

    /// Hears whether all was right, before the last piece is given away: a browser asks for no more than it was
    /// promised, and a file that is not what was sent must not become complete.
    async fn hear_end(&mut self) -> Result<(), NoDownload> {
        while self.is_to_end && !self.is_heard {
            match self.record().await? {
                FromFile::Whole(hash) if self.hasher.finalize() == hash => self.is_whole = true,
                FromFile::Whole(_) => return Err(NoDownload::Mismatch),
                FromFile::Done { .. } if self.is_whole => self.is_heard = true,
                FromFile::Refused { why, detail } => return Err(NoDownload::Refused { why, detail }),
                FromFile::Progress { .. } => {}
                _ => return Err(NoDownload::OutOfOrder("more than the file has")),
            }
        }
        Ok(())
    }

    async fn record(&mut self) -> Result<FromFile, NoDownload> {
        loop {
            if let Some(record) = FromFile::decode(&mut self.buffer)? {
                if let Some(act) = &self.act {
                    act.hear_record(&record);
                }
                return Ok(record);
            }
            let before = self.buffer.len();
            let has_more = tokio::select! {
                biased;
                error = &mut self.lost => return Err(error),
                more = self.recv.read_onto(&mut self.buffer) => more?,
            };
            if !has_more {
                return Err(NoDownload::OutOfOrder("an end without a word"));
            }
            self.site.metrics.read(StreamKind::File, self.buffer.len() - before);
        }
    }

    async fn over(&mut self, error: Option<&NoDownload>) {
        self.is_over = true;
        let code = match error {
            Some(NoDownload::NotAllowed) => CloseCode::NotAllowed,
            _ => CloseCode::Done,
        };
        self.send.reset(code);
        self.recv.stop(code);
        self.tell(error.map(ToString::to_string), matches!(error, Some(NoDownload::Cancelled)));
        if let Some(act) = self.act.take() {
            act.end().await;
        }
    }

    fn tell(&self, error: Option<String>, is_cancelled: bool) {
        let mut state = self.download.state.lock();
        if state.runs != self.run {
            return;
        }
        state.touched = Instant::now();
        state.fare.state = match (&error, is_cancelled) {
            (None, _) => "done",
            (Some(_), true) => "cancelled",
            (Some(_), false) => "failed",
        };
        if error.is_none() && self.from == 0 && self.is_whole {
            state.fare.hash = self.hasher.finalize().to_hex().to_string();
        }
        state.fare.detail = error.unwrap_or_default();
    }
}

/// A browser that goes away before the end may come back for the rest.
impl Drop for Content {
    fn drop(&mut self) {
        if self.is_over {
            return;
        }
        let error = (self.left != 0).then(|| "the browser took no more of it".to_owned());
        self.tell(error, self.download.cancelled.is_cancelled());
        if let Some(act) = self.act.take() {
            self.site.tasks.spawn(async move { act.end().await });
        }
    }
}

fn hash_zeros(hasher: &mut Hasher, length: u64) {
    let mut rest = length;
    while 0 < rest {
        let part = rest.min(ZEROS.len() as u64);
        hasher.update(&ZEROS[..part as usize]);
        rest -= part;
    }
}
