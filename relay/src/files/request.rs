//! The first record of a file stream: what is asked for, and which permissions that needs.

use std::time::Duration;

use bytes::{Bytes, BytesMut};
use desk::permission::{Permission, Rights};
use tokio::time::timeout;
use transport::{RecvStream, StreamError};
use wire::DecodeError;
use wire::file::ToFile;

/// How long a technician may take to say what he wants.
const REQUEST_MAX: Duration = Duration::from_secs(5);

/// What somebody asks for, and the bytes in which he did, with what came behind them.
#[derive(Debug)]
pub(crate) struct Request {
    pub(crate) asked: ToFile,
    pub(crate) bytes: Vec<Bytes>,
}

/// Why there is no request.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NoRequest {
    #[error(transparent)]
    Stream(#[from] StreamError),
    #[error(transparent)]
    Decode(#[from] DecodeError),
    #[error("a file stream that begins with no request")]
    OutOfOrder,
    #[error("no word about what is wanted for {0:?}")]
    Silent(Duration),
}

impl Request {
    /// Reads it.
    pub(crate) async fn read(stream: &mut RecvStream) -> Result<Self, NoRequest> {
        timeout(REQUEST_MAX, Self::read_on(stream)).await.map_err(|_| NoRequest::Silent(REQUEST_MAX))?
    }

    async fn read_on(stream: &mut RecvStream) -> Result<Self, NoRequest> {
        let (mut buffer, mut bytes) = (BytesMut::new(), Vec::new());
        while let Some(chunk) = stream.read().await? {
            buffer.extend_from_slice(&chunk);
            bytes.push(chunk);
            if let Some(asked) = ToFile::decode(&mut buffer)? {
                return if asked.is_request() {
                    Ok(Self { asked, bytes })
                } else {
                    Err(NoRequest::OutOfOrder)
                };
            }
        }
        Err(NoRequest::OutOfOrder)
    }
}

/// What a request needs: all of these.
pub(crate) fn needs(asked: &ToFile) -> &'static [Permission] {
    match asked {
        ToFile::Volumes | ToFile::List(_) | ToFile::Stat(_) => &[Permission::ListFiles],
        ToFile::Read { .. } | ToFile::Archive(_) => &[Permission::Download],
        // To take another file's place is to change it.
        ToFile::Write { replaces: true, .. } | ToFile::Store { replaces: true, .. } => {
            &[Permission::Upload, Permission::ChangeFiles]
        }
        ToFile::Write { .. } | ToFile::Store { .. } => &[Permission::Upload],
        // What is no request is asked by nobody.
        _ => &[Permission::ChangeFiles],
    }
}

/// Whether somebody with these rights may have what needs those permissions.
pub(crate) fn may(needs: &[Permission], rights: &Rights) -> bool {
    needs.iter().all(|&permission| rights.has(permission))
}

#[cfg(test)]
mod tests {
    use wire::file::FilePath;

    use super::*;

    fn path() -> FilePath {
        FilePath::new("/a").expect("a path")
    }

    #[test]
    fn s198_upload_and_download_are_permissions_of_their_own() {
        let with = |permission| Rights { permissions: [permission].into(), paths: Vec::new() };
        let read = ToFile::Read { path: path(), from: 0, known: None, mark: Bytes::new() };
        let store = |replaces| ToFile::Store { into: path(), replaces };
        let table = [
            (ToFile::Volumes, Permission::ListFiles),
            (ToFile::List(path()), Permission::ListFiles),
            (ToFile::Stat(path()), Permission::ListFiles),
            (read, Permission::Download),
            (ToFile::Archive(vec![path()]), Permission::Download),
            (store(false), Permission::Upload),
            (ToFile::Make(path()), Permission::ChangeFiles),
            (ToFile::Rename { from: path(), to: path(), replaces: false }, Permission::ChangeFiles),
            (ToFile::Remove(vec![path()]), Permission::ChangeFiles),
        ];
        for (asked, permission) in table {
            for &other in Permission::ALL {
                assert_eq!(may(needs(&asked), &with(other)), other == permission, "{asked:?} by {other:?}");
            }
        }
        let both =
            Rights { permissions: [Permission::Upload, Permission::ChangeFiles].into(), paths: Vec::new() };
        assert!(may(needs(&store(true)), &both));
        assert!(!may(needs(&store(true)), &with(Permission::Upload)), "replacing is a change, too");
    }
}
