/**
 * What was dropped onto the page, or chosen in a dialog, with all that is in its directories.
 *
 * @module
 */
import type { FilePath } from "../wire/file.ts";
import type { LocalFile } from "../worker/messages.ts";
import { pathOf } from "./paths.ts";

export interface Dropped {
  readonly files: LocalFile[];
  readonly directories: FilePath[];
}

/** Reads what was dropped. The entries are taken at once: a browser forgets them after the event. */
export async function dropped(data: DataTransfer): Promise<Dropped> {
  const entries = Array.from(data.items, (item) => item.webkitGetAsEntry()).filter((entry) => entry !== null);
  const found: Dropped = { files: [], directories: [] };
  for (const entry of entries) {
    await collect(entry, "", found);
  }
  return found;
}

/** Files of a dialog; those of a directory know their path in it. */
export function picked(list: FileList): Dropped {
  const files = Array.from(list, (file) => ({ file, name: pathOf(file.webkitRelativePath || file.name) }));
  return { files, directories: [] };
}

async function collect(entry: FileSystemEntry, above: string, found: Dropped): Promise<void> {
  const name = above + entry.name;
  if (entry instanceof FileSystemFileEntry) {
    const file = await new Promise<File>((resolve, reject) => entry.file(resolve, reject));
    found.files.push({ file, name: pathOf(name) });
  } else if (entry instanceof FileSystemDirectoryEntry) {
    found.directories.push(pathOf(name));
    const reader = entry.createReader();
    // A reader gives its entries in portions, and none at the end.
    for (let part = await portion(reader); 0 < part.length; part = await portion(reader)) {
      for (const child of part) {
        await collect(child, `${name}/`, found);
      }
    }
  }
}

function portion(reader: FileSystemDirectoryReader): Promise<FileSystemEntry[]> {
  return new Promise((resolve, reject) => reader.readEntries(resolve, reject));
}
