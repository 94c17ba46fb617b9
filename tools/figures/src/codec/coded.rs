//! What one coder made of one clip, printed as a line of JSON for `cargo xtask figures`.

use std::time::Duration;

use serde::Serialize;

use crate::codec::quality::Quality;

/// One coder on one clip.
#[derive(Debug, Clone, Serialize)]
pub struct Coded {
    clip: String,
    coder: String,
    kilobytes: f64,
    encode_ms: f64,
    decode_ms: f64,
    /// `None`: every picture that was looked at is exact.
    psnr_db: Option<f64>,
    ssim: f64,
    exact: f64,
    /// `None`: there was no text.
    text_exact: Option<f64>,
}

/// What a coder used for a clip: bytes without the first picture, CPU time with all.
#[derive(Debug, Default)]
pub struct Cost {
    /// Pictures that were coded, the first one too.
    pub frames: u32,
    /// Bytes of all pictures but the first.
    pub bytes: u64,
    /// CPU time of coding.
    pub encode: Duration,
    /// CPU time of decoding.
    pub decode: Duration,
    /// What the decoded pictures were like.
    pub quality: Quality,
}

impl Cost {
    /// The line for a clip and a coder.
    pub fn of(&self, clip: &str, coder: &str) -> Coded {
        let each_ms = |time: Duration| time.as_secs_f64() * 1e3 / f64::from(self.frames.max(1));
        Coded {
            clip: clip.to_owned(),
            coder: coder.to_owned(),
            kilobytes: self.bytes as f64 / 1e3,
            encode_ms: each_ms(self.encode),
            decode_ms: each_ms(self.decode),
            psnr_db: self.quality.psnr_db(),
            ssim: self.quality.ssim(),
            exact: self.quality.exact(),
            text_exact: self.quality.text_exact(),
        }
    }
}

impl Coded {
    /// Prints it.
    ///
    /// # Errors
    /// When a value is no number.
    pub fn print(&self) -> anyhow::Result<()> {
        println!("{}", serde_json::to_string(self)?);
        Ok(())
    }
}
