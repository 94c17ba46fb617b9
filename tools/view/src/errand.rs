//! What the command line does with an endpoint's files.

use std::fs::File;
use std::path::PathBuf;

use clap::Subcommand;
use view::files::{Files, path};
use wire::file::{FileKind, Item, ToFile};

/// What to do with the endpoint's files.
#[derive(Debug, Subcommand)]
pub(crate) enum Errand {
    /// Says where one can begin.
    Volumes,
    /// Lists a directory.
    List {
        /// Which.
        path: PathBuf,
    },
    /// Fetches a file; one that is there in part already is gone on with.
    Get {
        /// Which.
        from: PathBuf,
        /// Where to.
        to: PathBuf,
    },
    /// Fetches files and directories as one tar file.
    GetAll {
        /// Where to.
        to: PathBuf,
        /// Which.
        from: Vec<PathBuf>,
    },
    /// Sends a file, or a directory with all that is in it.
    Put {
        /// What.
        from: PathBuf,
        /// The file's name there, or the directory that a directory goes into.
        to: PathBuf,
        /// It may take the place of others.
        #[arg(long)]
        replace: bool,
    },
    /// Makes a directory.
    Make {
        /// Which.
        path: PathBuf,
    },
    /// Gives something another name or place.
    Rename {
        /// What.
        from: PathBuf,
        /// Its new name.
        to: PathBuf,
    },
    /// Deletes files and directories for good.
    Remove {
        /// Which.
        paths: Vec<PathBuf>,
    },
}

pub(crate) async fn run(files: &Files, errand: &Errand) -> anyhow::Result<()> {
    match errand {
        Errand::Volumes => {
            for volume in files.volumes().await? {
                println!("{}\t{} of {} bytes free\t{}", volume.path, volume.free, volume.total, volume.label);
            }
        }
        Errand::List { path: of } => files.list(&path(of)?).await?.iter().for_each(print),
        Errand::Get { from, to } => {
            let file = File::options().read(true).write(true).create(true).truncate(false).open(to)?;
            println!("{} bytes fetched", files.fetch(&path(from)?, &file).await?);
        }
        Errand::GetAll { to, from } => {
            let from = from.iter().map(path).collect::<anyhow::Result<Vec<_>>>()?;
            let outcome = files.fetch_all(&from, &File::create(to)?).await?;
            println!("{} items, {} bytes", outcome.items, outcome.bytes);
            tell_failed(&outcome)?;
        }
        Errand::Put { from, to, replace } if from.is_dir() => {
            let outcome = files.send_all(from, &path(to)?, *replace).await?;
            println!("{} items, {} bytes", outcome.items, outcome.bytes);
            tell_failed(&outcome)?;
        }
        Errand::Put { from, to, replace } => {
            let sent = files.send(&File::open(from)?, &path(to)?, rand::random(), *replace).await?;
            println!("{sent} bytes sent");
        }
        Errand::Make { path: of } => drop(files.act(&ToFile::Make(path(of)?)).await?),
        Errand::Rename { from, to } => {
            files.act(&ToFile::Rename { from: path(from)?, to: path(to)?, replaces: false }).await?;
        }
        Errand::Remove { paths } => {
            let paths = paths.iter().map(path).collect::<anyhow::Result<Vec<_>>>()?;
            let outcome = files.act(&ToFile::Remove(paths)).await?;
            println!("{} of {} deleted", outcome.items, outcome.items_of);
            tell_failed(&outcome)?;
        }
    }
    Ok(())
}

fn tell_failed(outcome: &view::files::Outcome) -> anyhow::Result<()> {
    for (path, why) in &outcome.failed {
        eprintln!("{path}: {why:?}");
    }
    anyhow::ensure!(outcome.failed.is_empty(), "{} were not done", outcome.failed.len());
    Ok(())
}

fn print(item: &Item) {
    let kind = match item.kind {
        FileKind::File => '-',
        FileKind::Directory => 'd',
        FileKind::Link => 'l',
        _ => '?',
    };
    println!("{kind}\t{}\t{}", item.size, item.name);
}
