//! What each coder made of each recorded desktop, and the table that shows it.

use std::fmt::Write;

use serde::{Deserialize, Serialize};

use super::report::number;

/// One coder on one clip, as a measuring program prints it: a line of JSON with a `coder`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Coded {
    pub(super) clip: String,
    pub(super) coder: String,
    /// All pictures but the first.
    pub(super) kilobytes: f64,
    /// CPU time for a picture.
    encode_ms: f64,
    decode_ms: f64,
    /// Missing where every picture is exact.
    psnr_db: Option<f64>,
    ssim: f64,
    /// Share of all pixels.
    exact: f64,
    /// Share of the pixels of text, where there is some.
    text_exact: Option<f64>,
}

/// A Markdown table, a row for each coder; empty where there are none.
pub(super) fn table(coded: &[Coded]) -> String {
    let mut text = String::new();
    if coded.is_empty() {
        return text;
    }
    text += "| clip | coder | kB | encode, ms a picture | decode | PSNR, dB | SSIM | exact pixels | exact text |\n";
    text += "|---|---|---|---|---|---|---|---|---|\n";
    for one in coded {
        let Coded { clip, coder, ssim, .. } = one;
        let [kilobytes, encode, decode] = [one.kilobytes, one.encode_ms, one.decode_ms].map(number);
        let psnr = one.psnr_db.map_or("exact".to_owned(), |psnr_db| format!("{psnr_db:.1}"));
        let percent = |share: f64| format!("{:.1} %", 100.0 * share);
        let (exact, text_exact) = (percent(one.exact), one.text_exact.map_or(String::new(), percent));
        // Writing to a String cannot fail.
        let _ = writeln!(
            text,
            "| {clip} | {coder} | {kilobytes} | {encode} | {decode} | {psnr} | {ssim:.4} | {exact} | {text_exact} |"
        );
    }
    text + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_coder_without_loss_has_no_noise_to_show() {
        let line = "{\"clip\":\"ide\",\"coder\":\"ours\",\"kilobytes\":661.2,\"encode_ms\":1.5,\"decode_ms\":0.25,\
                    \"psnr_db\":null,\"ssim\":1.0,\"exact\":1.0,\"text_exact\":0.5}";
        let table = table(&[serde_json::from_str(line).unwrap()]);
        let row = table.lines().nth(2);
        assert_eq!(row, Some("| ide | ours | 661 | 1.50 | 0.25 | exact | 1.0000 | 100.0 % | 50.0 % |"));
    }

    #[test]
    fn without_coders_there_is_no_table() {
        assert_eq!(table(&[]), "");
    }
}
