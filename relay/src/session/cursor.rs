//! The newest state of the endpoint's pointer, for viewers that come late or are slow.

use bytes::Bytes;
use wire::Writer;
use wire::cursor::Cursor;

/// What the pointer looks like and where it is, newest only.
#[derive(Debug, Default)]
pub(super) struct CursorNow {
    look: Newest,
    place: Newest,
}

/// What of it a viewer was sent.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct CursorSeen {
    look: u64,
    place: u64,
}

#[derive(Debug, Default)]
struct Newest {
    /// Counts changes; 0: there is nothing yet.
    revision: u64,
    record: Bytes,
}

impl CursorNow {
    pub(super) fn set(&mut self, cursor: &Cursor) {
        let newest = match cursor {
            Cursor::Shape(_) | Cursor::Hidden => &mut self.look,
            Cursor::At(_) => &mut self.place,
        };
        let mut out = Writer::new();
        cursor.encode(&mut out);
        newest.record = out.into_bytes();
        newest.revision += 1;
    }

    /// The records that a viewer lacks; they count as sent.
    pub(super) fn since(&self, seen: &mut CursorSeen) -> Vec<Bytes> {
        let parts = [(&self.look, &mut seen.look), (&self.place, &mut seen.place)];
        let lacking = parts.into_iter().filter(|(newest, seen)| **seen != newest.revision);
        lacking
            .map(|(newest, seen)| {
                *seen = newest.revision;
                newest.record.clone()
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use wire::input::Pointer;

    use super::*;

    #[test]
    fn a_slow_viewer_gets_the_newest_and_only_what_it_lacks() {
        let (mut now, mut seen) = (CursorNow::default(), CursorSeen::default());
        assert!(now.since(&mut seen).is_empty());
        for x in 0..10 {
            now.set(&Cursor::At(Pointer { display: 0, x, y: 0 }));
        }
        now.set(&Cursor::Hidden);
        let records = now.since(&mut seen);
        assert_eq!(records.len(), 2);
        let mut buffer = bytes::BytesMut::from(&records.concat()[..]);
        assert_eq!(Cursor::decode(&mut buffer), Ok(Some(Cursor::Hidden)));
        assert_eq!(Cursor::decode(&mut buffer), Ok(Some(Cursor::At(Pointer { display: 0, x: 9, y: 0 }))));
        assert!(now.since(&mut seen).is_empty());
    }
}
