//! Headers of a tar stream, as POSIX.1-2001 (pax) has them: any name, any length.

/// One entry's header.
pub(super) struct Entry<'a> {
    path: &'a [u8],
    target: &'a [u8],
    size: u64,
    mode: u32,
    modified_ms: u64,
    kind: u8,
}

/// The largest number that eleven octal digits write.
const OCTAL_MAX: u64 = (1 << 33) - 1;

/// Bytes of a name, and of a link's target, in the header itself.
const NAME_BYTES: usize = 100;

impl<'a> Entry<'a> {
    pub(super) fn file(path: &'a [u8], size: u64, mode: u32, modified_ms: u64) -> Self {
        Self { path, target: &[], size, mode, modified_ms, kind: b'0' }
    }

    /// Its path ends with a slash.
    pub(super) fn directory(path: &'a [u8], modified_ms: u64) -> Self {
        Self { path, target: &[], size: 0, mode: 0o755, modified_ms, kind: b'5' }
    }

    pub(super) fn link(path: &'a [u8], target: &'a [u8], modified_ms: u64) -> Self {
        Self { path, target, size: 0, mode: 0o777, modified_ms, kind: b'2' }
    }

    /// The header, with what does not fit into it in front.
    pub(super) fn bytes(&self) -> Vec<u8> {
        let mut records = Vec::new();
        if NAME_BYTES < self.path.len() {
            record(&mut records, b"path", self.path);
        }
        if NAME_BYTES < self.target.len() {
            record(&mut records, b"linkpath", self.target);
        }
        if OCTAL_MAX < self.size {
            record(&mut records, b"size", self.size.to_string().as_bytes());
        }
        let mut bytes = Vec::new();
        if !records.is_empty() {
            if str::from_utf8(&records).is_err() {
                let mut binary = Vec::new();
                record(&mut binary, b"hdrcharset", b"BINARY");
                records.splice(0..0, binary);
            }
            let length = records.len() as u64;
            let extended = Entry { path: b"pax_header", target: &[], size: length, kind: b'x', ..*self };
            bytes.extend(extended.header());
            bytes.extend(&records);
            bytes.extend(padding(length));
        }
        bytes.extend(self.header());
        bytes
    }

    fn header(&self) -> [u8; 512] {
        let mut header = [0; 512];
        put(&mut header, 0, self.path, NAME_BYTES);
        octal(&mut header, 100, 8, u64::from(self.mode & 0o7777));
        octal(&mut header, 108, 8, 0);
        octal(&mut header, 116, 8, 0);
        octal(&mut header, 124, 12, self.size.min(OCTAL_MAX));
        octal(&mut header, 136, 12, (self.modified_ms / 1000).min(OCTAL_MAX));
        put(&mut header, 148, b"        ", 8);
        put(&mut header, 156, &[self.kind], 1);
        put(&mut header, 157, self.target, NAME_BYTES);
        put(&mut header, 257, b"ustar\x0000", 8);
        let sum: u64 = header.iter().map(|&byte| u64::from(byte)).sum();
        octal(&mut header, 148, 7, sum);
        header
    }
}

/// What fills a content of this length up to whole blocks.
pub(super) fn padding(length: u64) -> Vec<u8> {
    vec![0; (length.next_multiple_of(512) - length) as usize]
}

/// `length keyword=value\n`, where the length counts itself.
fn record(out: &mut Vec<u8>, keyword: &[u8], value: &[u8]) {
    let rest = keyword.len() + value.len() + 3;
    let mut length = rest + 1;
    while length != rest + length.to_string().len() {
        length = rest + length.to_string().len();
    }
    out.extend(length.to_string().as_bytes());
    for part in [b" ", keyword, b"=", value, b"\n"] {
        out.extend(part);
    }
}

fn put(header: &mut [u8; 512], at: usize, bytes: &[u8], room: usize) {
    let length = bytes.len().min(room);
    header[at..at + length].copy_from_slice(&bytes[..length]);
}

/// Octal digits with leading zeros, and a zero byte at the end.
fn octal(header: &mut [u8; 512], at: usize, room: usize, number: u64) {
    let digits = format!("{number:0width$o}", width = room - 1);
    put(header, at, digits.as_bytes(), room - 1);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_records_length_counts_itself() {
        let mut out = Vec::new();
        record(&mut out, b"path", &[b'a'; 88]);
        assert!(out.starts_with(b"97 path=a") && out.len() == 97, "{}", out.len());
        out.clear();
        record(&mut out, b"path", &[b'a'; 91]);
        assert!(out.starts_with(b"101 path=a") && out.len() == 101, "{}", out.len());
    }

    #[test]
    fn only_what_does_not_fit_travels_in_front() {
        assert_eq!(Entry::file(b"short", 1, 0o644, 0).bytes().len(), 512);
        assert_eq!(Entry::file(&[b'n'; 101], 1, 0o644, 0).bytes().len(), 3 * 512);
        let large = Entry::file(b"large", 100 << 30, 0o644, 0).bytes();
        assert!(large.windows(18).any(|window| window == b"size=107374182400\n"), "{large:?}");
    }
}
