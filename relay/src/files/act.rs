//! What the log says of a file stream: that something is begun, before the endpoint hears of it, and how it ended.

use std::sync::Arc;

use bytes::Bytes;
use parking_lot::Mutex;
use wire::SessionId;
use wire::file::{FilePath, FromFile, ToFile};

use super::skim::Skim;
use crate::keeper::{ActFact, AskError, Caller, Fact};
use crate::site::Site;

/// Characters of paths that one line has.
const OBJECT_CHARS_MAX: usize = 2000;

/// Something that is done with files.
#[derive(Debug)]
pub(crate) struct Act {
    site: Arc<Site>,
    caller: Caller,
    session: SessionId,
    verb: &'static str,
    object: String,
    /// Whether it ends with a line of its own: it takes time, or changes something.
    has_end: bool,
    heard: Mutex<Heard>,
}

#[derive(Debug, Default)]
struct Heard {
    skim: Skim,
    failed: u64,
    last: Option<FromFile>,
}

impl Act {
    /// Writes down what is begun.
    ///
    /// # Errors
    /// When it cannot be written: then it must not begin.
    pub(crate) async fn begin(
        site: &Arc<Site>,
        caller: Caller,
        session: SessionId,
        asked: &ToFile,
    ) -> Result<Self, AskError> {
        let (verb, object, has_end) = words(asked);
        let heard = Mutex::default();
        let act = Self { site: Arc::clone(site), caller, session, verb, object, has_end, heard };
        // Nobody learns anything of whoever looks at one name or another while he browses.
        if !matches!(asked, ToFile::Volumes | ToFile::Stat(_)) {
            let step = if has_end { "_begun" } else { "" };
            act.note(step, detail(asked)).await?;
        }
        Ok(act)
    }

    /// Listens to what the endpoint says.
    pub(crate) fn hear(&self, chunk: &Bytes) {
        if !self.has_end {
            return;
        }
        let mut heard = self.heard.lock();
        // What is no record is for its reader to find; here it only leaves the end unknown.
        let records = heard.skim.push(chunk).unwrap_or_default();
        for record in records {
            self.take(&mut heard, record);
        }
    }

    /// Takes one record that somebody else has read.
    pub(crate) fn hear_record(&self, record: &FromFile) {
        let mut heard = self.heard.lock();
        match record {
            FromFile::Bytes(bytes) => heard.skim.content += bytes.len() as u64,
            record => self.take(&mut heard, record.clone()),
        }
    }

    fn take(&self, heard: &mut Heard, record: FromFile) {
        heard.failed += u64::from(matches!(record, FromFile::Failed { .. }));
        if record.is_last() {
            heard.last = Some(record);
        }
    }

    /// Writes down how it ended.
    pub(crate) async fn end(&self) {
        if !self.has_end {
            return;
        }
        let (step, detail) = {
            let heard = self.heard.lock();
            let failed = if heard.failed == 0 { String::new() } else { format!(", {} failed", heard.failed) };
            match &heard.last {
                Some(FromFile::Done { items, bytes }) => {
                    ("_done", format!("{items} items, {bytes} bytes{failed}"))
                }
                Some(FromFile::Refused { why, detail }) => ("_refused", format!("{why:?}: {detail}")),
                _ => ("_broken_off", format!("{} bytes came{failed}", heard.skim.content)),
            }
        };
        if let Err(error) = self.note(step, detail).await {
            tracing::error!(%error, session = %self.session, verb = self.verb, "the end of an act is not in the log");
        }
    }

    async fn note(&self, step: &str, detail: String) -> Result<(), AskError> {
        let fact = ActFact {
            event: format!("{}{step}", self.verb),
            session: desk::SessionId::new(self.session.to_wire()),
            object: self.object.clone(),
            detail,
        };
        self.site.keeper.note(self.caller, Fact::Act(fact)).await
    }
}

/// The verb of an act, what it is done to, and whether its end is worth a line.
fn words(asked: &ToFile) -> (&'static str, String, bool) {
    match asked {
        ToFile::List(path) => ("file_list", one(path), false),
        ToFile::Stat(path) => ("file_look", one(path), false),
        ToFile::Read { path, .. } => ("file_download", one(path), true),
        ToFile::Archive(paths) => ("file_download", many(paths), true),
        ToFile::Write { path, .. } => ("file_upload", one(path), true),
        ToFile::Store { into, .. } => ("file_upload", one(into), true),
        ToFile::Make(path) => ("file_make", one(path), true),
        ToFile::Rename { from, to, .. } => ("file_rename", cut(format!("{from} to {to}")), true),
        ToFile::Remove(paths) => ("file_remove", many(paths), true),
        _ => ("file_look", String::new(), false),
    }
}

fn detail(asked: &ToFile) -> String {
    match asked {
        ToFile::Read { from, .. } if 0 < *from => format!("from byte {from}"),
        ToFile::Write { size, replaces: true, .. } => format!("{size} bytes, may replace"),
        ToFile::Write { size, .. } => format!("{size} bytes"),
        ToFile::Store { replaces: true, .. } | ToFile::Rename { replaces: true, .. } => {
            "may replace".to_owned()
        }
        _ => String::new(),
    }
}

fn one(path: &FilePath) -> String {
    cut(path.to_string())
}

fn many(paths: &[FilePath]) -> String {
    let all: Vec<String> = paths.iter().map(ToString::to_string).collect();
    cut(all.join("\n"))
}

fn cut(text: String) -> String {
    match text.char_indices().nth(OBJECT_CHARS_MAX) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text,
    }
}
