//! One file stream: what comes is handed to the thread that serves it, and what that says goes back.

use std::time::Duration;

use bytes::BytesMut;
use tokio::sync::mpsc;
use tokio::time::timeout;
use transport::{Priority, RecvStream, SendStream, StreamError};
use wire::close::CloseCode;
use wire::file::{FromFile, ToFile};
use wire::{DecodeError, Writer};

use super::exchange::{BATCH_RECORDS_MAX, BATCHES_MAX, Batch, Exchange, RECORDS_MAX};
use super::{Asker, Stop, Uploads, may, run};
use crate::grants::Granted;

/// How long a stream may take to say what it wants.
const REQUEST_MAX: Duration = Duration::from_secs(5);

/// Why a file stream ended in disorder.
#[derive(Debug, thiserror::Error)]
pub(crate) enum FilesError {
    #[error(transparent)]
    Stream(#[from] StreamError),
    #[error(transparent)]
    Decode(#[from] DecodeError),
    #[error("no word about what is wanted for {0:?}")]
    Silent(Duration),
    #[error("the right for that is missing")]
    NotAllowed,
    #[error("{0}")]
    OutOfOrder(&'static str),
    #[error("the operation broke off")]
    Broken,
}

impl FilesError {
    fn code(&self) -> CloseCode {
        match self {
            Self::NotAllowed => CloseCode::NotAllowed,
            Self::Decode(error) => error.close_code(),
            Self::OutOfOrder(_) => CloseCode::OutOfOrder,
            Self::Stream(_) | Self::Silent(_) | Self::Broken => CloseCode::Cancelled,
        }
    }
}

/// Serves one stream to its end, unless `revoked` is over first.
pub(crate) async fn serve(
    uploads: Uploads,
    granted: Granted,
    revoked: impl Future<Output = ()>,
    send: SendStream,
    recv: RecvStream,
) -> Result<(), FilesError> {
    let mut records = Records { stream: recv, buffer: BytesMut::new() };
    let mut answers = Answers { stream: send };
    let served = tokio::select! {
        biased;
        () = revoked => Err(FilesError::NotAllowed),
        served = answer(uploads, granted, &mut records, &mut answers) => served,
    };
    if let Err(error) = &served {
        answers.stream.reset(error.code());
        records.stream.stop(error.code());
    }
    served
}

async fn answer(
    uploads: Uploads,
    granted: Granted,
    records: &mut Records,
    answers: &mut Answers,
) -> Result<(), FilesError> {
    let first = timeout(REQUEST_MAX, records.next()).await.map_err(|_| FilesError::Silent(REQUEST_MAX))??;
    let request = first.filter(ToFile::is_request);
    let request = request.ok_or(FilesError::OutOfOrder("a file stream that begins with no request"))?;
    if !may(&request, |right| granted.has(right)) {
        return Err(FilesError::NotAllowed);
    }
    // What lists and asks is waited for by a person; what carries content is not to be in anybody's way.
    let is_bulk = matches!(
        request,
        ToFile::Read { .. } | ToFile::Archive(_) | ToFile::Write { .. } | ToFile::Store { .. }
    );
    answers.stream.set_priority(if is_bulk { Priority::Bulk } else { Priority::Clipboard });
    tracing::debug!(session = %granted.owner.session, name = granted.name, "files are used");
    let (to_operation, inbox) = mpsc::channel(BATCHES_MAX);
    let (outbox, from_operation) = mpsc::channel(RECORDS_MAX);
    let asker = Asker { owner: granted.owner, paths: granted.paths };
    let operation = tokio::task::spawn_blocking(move || {
        let mut exchange = Exchange::new(inbox, outbox);
        run(request, &asker, &uploads, &mut exchange)
    });
    tokio::select! {
        told = answers.pass(from_operation) => told?,
        error = records.pass(to_operation) => return Err(error),
    }
    // It has said its last word, or gave up.
    match operation.await {
        Ok(Ok(())) => Ok(answers.stream.finish()?),
        Ok(Err(Stop::OutOfOrder(what))) => Err(FilesError::OutOfOrder(what)),
        Ok(Err(Stop::Gone | Stop::Refused(_))) | Err(_) => Err(FilesError::Broken),
    }
}

/// What comes from the technician.
struct Records {
    stream: RecvStream,
    buffer: BytesMut,
}

impl Records {
    async fn next(&mut self) -> Result<Option<ToFile>, FilesError> {
        loop {
            if let Some(record) = self.next_there()? {
                return Ok(Some(record));
            }
            if !self.stream.read_onto(&mut self.buffer).await? {
                if self.buffer.is_empty() {
                    return Ok(None);
                }
                return Err(DecodeError::Truncated { wanted: 1, found: 0 }.into());
            }
        }
    }

    /// The next one of what came already.
    fn next_there(&mut self) -> Result<Option<ToFile>, FilesError> {
        Ok(ToFile::decode(&mut self.buffer)?)
    }

    /// The next one and what came with it; nothing at the end.
    async fn next_batch(&mut self) -> Result<Batch, FilesError> {
        let mut batch: Batch = self.next().await?.into_iter().collect();
        while !batch.is_empty() && batch.len() < BATCH_RECORDS_MAX {
            let Some(record) = self.next_there()? else { break };
            batch.push(record);
        }
        if batch.iter().any(ToFile::is_request) {
            return Err(FilesError::OutOfOrder("a second request on a file stream"));
        }
        Ok(batch)
    }

    /// Passes everything on, and ends only with an error: who says no more may still listen.
    async fn pass(&mut self, operation: mpsc::Sender<Batch>) -> FilesError {
        loop {
            match self.next_batch().await {
                Ok(batch) if batch.is_empty() => {
                    drop(operation);
                    return std::future::pending().await;
                }
                Ok(batch) => {
                    if operation.send(batch).await.is_err() {
                        // The operation is over, and says so by itself.
                        return std::future::pending().await;
                    }
                }
                Err(error) => return error,
            }
        }
    }
}

/// What goes to the technician.
struct Answers {
    stream: SendStream,
}

impl Answers {
    async fn pass(&mut self, mut operation: mpsc::Receiver<FromFile>) -> Result<(), FilesError> {
        while let Some(record) = operation.recv().await {
            let mut out = Writer::new();
            record.encode(&mut out);
            while let Ok(record) = operation.try_recv() {
                record.encode(&mut out);
            }
            self.stream.write(&out.into_chunks()).await?;
        }
        Ok(())
    }
}
