//! A line made of parts of one shape, in virtual time.
//!
//! Streams are reliable, as QUIC's are: what a part loses comes later, not never. A line that is cut loses all
//! that is on it; the world does that, as both ends have to notice.

use std::fmt::Debug;

use crate::rng::Rng;

/// One part of a line. Microseconds throughout.
pub trait Part: Debug {
    /// When something of `bytes` that enters at `now_us` leaves.
    fn pass(&mut self, now_us: u64, bytes: usize, rng: &mut Rng) -> u64;
}

/// Everything takes so long.
#[derive(Debug)]
pub struct Delay {
    /// One way.
    pub delay_us: u64,
}

/// Some packets are lost and sent again.
#[derive(Debug)]
pub struct Loss {
    /// Packets lost of a hundred.
    pub percent: u64,
    /// What it takes to notice and send again.
    pub again_us: u64,
}

/// Some streams are overtaken.
#[derive(Debug)]
pub struct Reorder {
    /// Streams overtaken of a hundred.
    pub percent: u64,
    /// They come up to so much later.
    pub late_us: u64,
}

/// So many bytes a second, one after the other.
#[derive(Debug)]
pub struct Rate {
    /// The rate.
    pub bytes_per_second: u64,
    /// When the last byte that entered leaves.
    pub free_us: u64,
}

/// A queue with an end in front of a rate: what does not fit is lost and sent again.
#[derive(Debug)]
pub struct TailDrop {
    /// The rate behind the queue, and when it is free.
    pub rate: Rate,
    /// The longest wait that fits the queue.
    pub queue_us: u64,
    /// What it takes to notice and send again.
    pub again_us: u64,
}

const PACKET_BYTES: usize = 1_200;

impl Part for Delay {
    fn pass(&mut self, now_us: u64, _bytes: usize, _rng: &mut Rng) -> u64 {
        now_us + self.delay_us
    }
}

impl Part for Loss {
    fn pass(&mut self, now_us: u64, bytes: usize, rng: &mut Rng) -> u64 {
        // A stream is complete when its last packet is; packets lost in the same round are sent again together.
        let (mut at, mut packets) = (now_us, bytes.div_ceil(PACKET_BYTES).max(1));
        while 0 < packets && at < now_us + 20 * self.again_us {
            packets = (0..packets).filter(|_| rng.percent(self.percent)).count();
            at += if 0 < packets { self.again_us } else { 0 };
        }
        at
    }
}

impl Part for Reorder {
    fn pass(&mut self, now_us: u64, _bytes: usize, rng: &mut Rng) -> u64 {
        if rng.percent(self.percent) { now_us + rng.below(self.late_us) } else { now_us }
    }
}

impl Part for Rate {
    fn pass(&mut self, now_us: u64, bytes: usize, _rng: &mut Rng) -> u64 {
        let takes_us = bytes as u64 * 1_000_000 / self.bytes_per_second.max(1);
        self.free_us = self.free_us.max(now_us) + takes_us;
        self.free_us
    }
}

impl Part for TailDrop {
    fn pass(&mut self, now_us: u64, bytes: usize, rng: &mut Rng) -> u64 {
        let mut at = now_us;
        while at + self.queue_us < self.rate.free_us {
            at += self.again_us.max(1);
        }
        self.rate.pass(at, bytes, rng)
    }
}

/// One direction of a link.
#[derive(Debug, Default)]
pub struct Pipe {
    /// What it is made of, in order.
    pub parts: Vec<Box<dyn Part>>,
    /// When the last of what has to stay in order comes.
    ordered_us: u64,
}

impl Pipe {
    /// A line of these parts.
    pub fn new(parts: Vec<Box<dyn Part>>) -> Self {
        Self { parts, ordered_us: 0 }
    }

    /// A line of any quality: mostly good, sometimes dreadful.
    pub fn any(rng: &mut Rng) -> Self {
        let delay_us = [500, 5_000, 20_000, 120_000][rng.below(4) as usize];
        let mut parts: Vec<Box<dyn Part>> = vec![Box::new(Delay { delay_us })];
        if rng.percent(50) {
            parts.push(Box::new(Loss { percent: rng.between(1, 25), again_us: 2 * delay_us + 5_000 }));
        }
        if rng.percent(50) {
            parts
                .push(Box::new(Reorder { percent: rng.between(5, 60), late_us: rng.between(1_000, 80_000) }));
        }
        let rate = Rate { bytes_per_second: 3_000 << rng.below(10), free_us: 0 };
        if rng.percent(30) {
            parts.push(Box::new(rate));
        } else if rng.percent(30) {
            parts.push(Box::new(TailDrop { rate, queue_us: 50_000, again_us: 2 * delay_us + 5_000 }));
        }
        Self::new(parts)
    }

    /// A line that does nothing but take 5 ms.
    pub fn good() -> Self {
        let mut pipe = Self::default();
        pipe.mend();
        pipe
    }

    /// From now on the line does nothing but take 5 ms. What is on it comes as it would have.
    pub fn mend(&mut self) {
        self.parts = vec![Box::new(Delay { delay_us: 5_000 })];
    }

    /// When a stream of its own comes.
    pub fn stream(&mut self, now_us: u64, bytes: usize, rng: &mut Rng) -> u64 {
        self.parts.iter_mut().fold(now_us, |at, part| part.pass(at, bytes, rng))
    }

    /// When a message of an ordered stream comes: not before the one in front of it.
    pub fn message(&mut self, now_us: u64, bytes: usize, rng: &mut Rng) -> u64 {
        self.ordered_us = self.stream(now_us, bytes, rng).max(self.ordered_us);
        self.ordered_us
    }
}
