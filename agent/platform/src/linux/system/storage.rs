//! Volumes, and the disks that they are on.

use std::fs;
use std::path::Path;

use sysinfo::{DiskKind, Disks};
use wire::tools::{Section, Unit};

use super::{flag, line_of};
use crate::system::{Found, table};

/// Bytes of a sector in `/sys/block`, whatever the disk's own are.
const SECTOR_BYTES: u64 = 512;

pub(super) fn disks() -> Found {
    let found = match Disks::new_with_refreshed_list() {
        Ok(found) => found,
        Err(error) => return Found::nothing(error.to_string()),
    };
    let volumes = found.iter().map(|disk| {
        [
            disk.mount_point().to_string_lossy().into_owned(),
            disk.name().to_string_lossy().into_owned(),
            disk.file_system().to_string_lossy().into_owned(),
            disk.total_space().to_string(),
            disk.available_space().to_string(),
            flag(disk.is_read_only()),
            flag(disk.is_removable()),
        ]
    });
    let columns = [
        ("mounted", Unit::Text),
        ("device", Unit::Text),
        ("file_system", Unit::Text),
        ("size", Unit::Bytes),
        ("available", Unit::Bytes),
        ("is_read_only", Unit::Bool),
        ("is_removable", Unit::Bool),
    ];
    let of_disk = [("name", Unit::Text), ("model", Unit::Text), ("size", Unit::Bytes), ("kind", Unit::Text)];
    vec![
        table(Section::Disks, "volumes", columns, volumes),
        table(Section::Disks, "disks", of_disk, block_devices(Path::new("/sys/block"))),
    ]
    .into()
}

/// Disks that are something: not the loops and memory disks that every system has.
fn block_devices(folder: &Path) -> Vec<[String; 4]> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let mut disks: Vec<[String; 4]> = entries
        .flatten()
        .filter_map(|entry| {
            let name = entry.file_name().to_string_lossy().into_owned();
            let is_virtual = ["loop", "ram", "zram", "dm-"].iter().any(|start| name.starts_with(start));
            let sectors: u64 = line_of(entry.path().join("size")).parse().unwrap_or(0);
            if is_virtual || sectors == 0 {
                return None;
            }
            let kind = match line_of(entry.path().join("queue/rotational")).as_str() {
                "0" => DiskKind::SSD.to_string(),
                "1" => DiskKind::HDD.to_string(),
                _ => String::new(),
            };
            let model = line_of(entry.path().join("device/model"));
            Some([name, model, (sectors * SECTOR_BYTES).to_string(), kind])
        })
        .collect();
    disks.sort();
    disks
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn disks_are_those_with_a_size_that_are_no_loops() {
        let folder = tempfile::tempdir().expect("a folder");
        for (name, sectors) in [("sda", "2048"), ("loop0", "8"), ("sr0", "0")] {
            let disk = folder.path().join(name);
            fs::create_dir_all(disk.join("queue")).expect("made");
            fs::write(disk.join("size"), format!("{sectors}\n")).expect("written");
            fs::write(disk.join("queue/rotational"), "1\n").expect("written");
        }
        let found = block_devices(folder.path());
        assert_eq!(found, [["sda", "", "1048576", "HDD"].map(str::to_owned)]);
    }
}
