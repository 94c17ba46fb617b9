//! A line: a bottleneck with a buffer in front of it, a delay, and packets that are lost on the way.

/// What a line does to packets. The other direction has the same delay and loss, and all the speed it wants.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Line {
    /// Bits a second at the bottleneck.
    pub rate_bits: u64,
    /// From end to end and back, with nothing queued.
    pub rtt_us: u64,
    /// Packets lost of a thousand.
    pub loss_thousandths: u64,
    /// The longest wait that fits the buffer; it holds [`BUFFER_BYTES_MIN`] in any case.
    pub buffer_us: u64,
}

/// The smallest buffer of all: ten large packets.
pub const BUFFER_BYTES_MIN: u64 = 15_000;

/// One direction of a line.
#[derive(Debug)]
pub struct Direction {
    line: Line,
    /// When the bottleneck is free again.
    free_us: u64,
    random: Random,
    /// What every packet found in front of it.
    pub queues_us: Vec<u64>,
    /// Bytes that entered.
    pub bytes: u64,
    /// Packets that did not arrive, lost on the way or before the full buffer.
    pub dropped: u64,
}

impl Line {
    /// The line in a table.
    pub fn name(&self) -> String {
        let Self { rate_bits, rtt_us, loss_thousandths, buffer_us } = *self;
        format!(
            "{} Mb/s, {} ms, {} %, buffer {} ms",
            rate_bits / 1_000_000,
            rtt_us / 1_000,
            loss_thousandths as f64 / 10.0,
            buffer_us / 1_000
        )
    }
}

impl Direction {
    /// Towards the viewer.
    pub fn down(line: Line, seed: u64) -> Self {
        let (queues_us, bytes, dropped) = (Vec::new(), 0, 0);
        Self { line, free_us: 0, random: Random(seed), queues_us, bytes, dropped }
    }

    /// Towards the sender.
    pub fn up(line: Line, seed: u64) -> Self {
        Self::down(Line { rate_bits: 1_000_000_000, ..line }, !seed)
    }

    /// When a packet that enters now arrives; `None` when it is lost.
    pub fn pass(&mut self, now_us: u64, bytes: usize) -> Option<u64> {
        let start_us = self.free_us.max(now_us);
        let queue_us = start_us - now_us;
        let is_lost = self.random.below(1_000) < self.line.loss_thousandths;
        self.bytes += bytes as u64;
        let small_us = 8_000_000 * BUFFER_BYTES_MIN / self.line.rate_bits;
        if self.line.buffer_us.max(small_us) < queue_us {
            self.dropped += 1;
            return None;
        }
        self.queues_us.push(queue_us);
        self.free_us = start_us + 8_000_000 * bytes as u64 / self.line.rate_bits;
        if is_lost {
            self.dropped += 1;
            return None;
        }
        Some(self.free_us + self.line.rtt_us / 2)
    }
}

/// Chance that a seed repeats (SplitMix64).
#[derive(Debug, Clone)]
pub struct Random(pub u64);

impl Random {
    /// A number below `end`, which is not 0.
    pub fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % end
    }
}
