//! Several links on one line, each with a budget of its own: do they share, is the line used, and how long is the
//! queue that they cause together?
//!
//! Packets and acknowledgements in steps of a millisecond; what overflows the buffer or is lost on the way is found a
//! round trip later. What each link may send is `proto::rate`, unchanged.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use proto::rate::{Budget, Sample};

use crate::rng::Rng;

const PACKET_BYTES: u64 = 1_200;

/// Milliseconds of a run, and of its beginning that does not count.
const RUN_MS: u64 = 30_000;
const WARM_UP_MS: u64 = 10_000;

/// Links that join later do so within this.
const JOIN_MS: u64 = 3_000;

/// What may be the matter with a line.
#[derive(Debug, Clone, Copy, Default)]
pub struct Trouble {
    /// Packets lost of a thousand, at most.
    pub loss_thousandths_max: u64,
    /// Whether buffers may be small.
    pub small_buffers: bool,
    /// Whether links have different round trips.
    pub mixed: bool,
    /// Whether the line halves its speed, and later has it back.
    pub changes: bool,
}

/// What a run gave.
#[derive(Debug, Clone, Copy)]
pub struct Shared {
    /// Share of the line that was used, 0 to 1.
    pub used: f64,
    /// Jain's index: 1 when all links got the same.
    pub fairness: f64,
    /// The smallest link's part of its fair share.
    pub smallest: f64,
    /// The queue that 95 of 100 packets found, in milliseconds.
    pub queue_p95_ms: u64,
    /// Lost of all packets, 0 to 1.
    pub lost: f64,
}

#[derive(Debug)]
struct Flow {
    budget: Budget,
    rtt_ms: u64,
    starts_ms: u64,
    in_flight: u64,
    delivered: u64,
    lost: u64,
    /// Of these, before the warm-up ended.
    delivered_before: u64,
    /// When packets are acknowledged, and when they were sent.
    returning: VecDeque<(u64, u64)>,
    /// When packets are found lost.
    losing: VecDeque<u64>,
    /// Bytes that the pace lets be written.
    paced: u64,
    rtt_now: Duration,
}

#[derive(Debug)]
struct Bottleneck {
    bytes_per_ms: u64,
    buffer_bytes: u64,
    loss_thousandths: u64,
    /// Whose packet, and when it was sent.
    queue: VecDeque<(usize, u64)>,
    credit: u64,
    queues_ms: Vec<u64>,
    packets: u64,
    lost: u64,
}

/// Runs one seed.
///
/// # Errors
/// When the run gives nothing to measure; the message has the seed.
pub fn run(trouble: Trouble, seed: u64) -> anyhow::Result<Shared> {
    share(trouble, seed).with_context(|| format!("SIM_SEED={seed}"))
}

fn share(trouble: Trouble, seed: u64) -> anyhow::Result<Shared> {
    let mut rng = Rng::new(seed);
    let start = Instant::now();
    let bytes_per_ms = [125, 625, 1_250, 2_500, 12_500][rng.below(5) as usize];
    let rtt_ms = rng.between(5, 200);
    let mut flows: Vec<_> = (0..rng.between(2, 5)).map(|_| flow(trouble, rtt_ms, &mut rng)).collect();
    let buffer_ms = if trouble.small_buffers { rng.between(15, 60) } else { rng.between(150, 500) };
    let mut line = Bottleneck {
        bytes_per_ms,
        buffer_bytes: (buffer_ms * bytes_per_ms).max(12 * PACKET_BYTES),
        loss_thousandths: rng.below(trouble.loss_thousandths_max + 1),
        queue: VecDeque::new(),
        credit: 0,
        queues_ms: Vec::new(),
        packets: 0,
        lost: 0,
    };
    let mut could = 0;
    for ms in 0..RUN_MS {
        if ms == WARM_UP_MS {
            line.begin(&mut flows);
        }
        if trouble.changes {
            line.bytes_per_ms = if (4_000..8_000).contains(&ms) { bytes_per_ms / 2 } else { bytes_per_ms };
        }
        could += if ms < WARM_UP_MS { 0 } else { line.bytes_per_ms };
        let now = start + Duration::from_millis(ms);
        for (place, flow) in flows.iter_mut().enumerate() {
            flow.hear(ms, now);
            flow.send(place, ms, now, &mut line, &mut rng);
        }
        line.carry(ms, &mut flows, &mut rng);
    }
    outcome(&flows, line, could)
}

fn flow(trouble: Trouble, rtt_ms: u64, rng: &mut Rng) -> Flow {
    let rtt_ms = if trouble.mixed { rng.between(rtt_ms.div_ceil(2), rtt_ms) } else { rtt_ms };
    Flow {
        budget: Budget::default(),
        rtt_ms,
        starts_ms: rng.below(JOIN_MS),
        in_flight: 0,
        delivered: 0,
        lost: 0,
        delivered_before: 0,
        returning: VecDeque::new(),
        losing: VecDeque::new(),
        paced: 0,
        rtt_now: Duration::from_millis(rtt_ms),
    }
}

impl Flow {
    fn hear(&mut self, ms: u64, now: Instant) {
        let before = self.delivered + self.lost;
        let mut rtt = Duration::ZERO;
        while self.losing.pop_front_if(|at| *at <= ms).is_some() {
            self.in_flight -= PACKET_BYTES;
            self.lost += PACKET_BYTES;
        }
        while let Some((_, sent)) = self.returning.pop_front_if(|(at, _)| *at <= ms) {
            self.in_flight -= PACKET_BYTES;
            self.delivered += PACKET_BYTES;
            let this = Duration::from_millis(ms - sent);
            rtt = if rtt.is_zero() { this } else { rtt.min(this) };
            self.rtt_now = this;
        }
        if before < self.delivered + self.lost {
            self.budget.handle(
                now,
                Sample {
                    rtt,
                    window_bytes: u64::MAX,
                    delivered_bytes_total: self.delivered,
                    lost_bytes_total: self.lost,
                },
            );
        }
    }

    /// As much as there is room for, at the pace.
    fn send(&mut self, place: usize, ms: u64, now: Instant, line: &mut Bottleneck, rng: &mut Rng) {
        if ms < self.starts_ms {
            return;
        }
        let pace = self.budget.pace().map_or(u64::MAX, |pace| pace / 1_000);
        self.paced = self.paced.saturating_add(pace).min(pace.saturating_mul(20).max(2 * PACKET_BYTES));
        while PACKET_BYTES <= self.budget.room(self.in_flight) as u64 && PACKET_BYTES <= self.paced {
            self.paced -= PACKET_BYTES;
            self.budget.sent(now, self.in_flight, self.in_flight + PACKET_BYTES);
            self.in_flight += PACKET_BYTES;
            if !line.take(place, ms) {
                self.losing.push_back(ms + self.rtt_now.as_millis() as u64 + rng.below(20));
            }
        }
    }
}

impl Bottleneck {
    /// Whether there was room for a packet.
    fn take(&mut self, place: usize, ms: u64) -> bool {
        self.packets += 1;
        let queued = self.queue.len() as u64 * PACKET_BYTES;
        if self.buffer_bytes < queued {
            self.lost += 1;
            return false;
        }
        self.queues_ms.push(queued / self.bytes_per_ms);
        self.queue.push_back((place, ms));
        true
    }

    fn carry(&mut self, ms: u64, flows: &mut [Flow], rng: &mut Rng) {
        self.credit = if self.queue.is_empty() { 0 } else { self.credit + self.bytes_per_ms };
        while PACKET_BYTES <= self.credit
            && let Some((place, sent)) = self.queue.pop_front()
        {
            self.credit -= PACKET_BYTES;
            let flow = &mut flows[place];
            if rng.below(1_000) < self.loss_thousandths {
                self.lost += 1;
                flow.losing.push_back(ms + flow.rtt_ms + 2);
            } else {
                flow.returning.push_back((ms + flow.rtt_ms, sent));
            }
        }
    }

    fn begin(&mut self, flows: &mut [Flow]) {
        self.queues_ms.clear();
        (self.packets, self.lost) = (0, 0);
        flows.iter_mut().for_each(|flow| flow.delivered_before = flow.delivered);
    }
}

fn outcome(flows: &[Flow], mut line: Bottleneck, could: u64) -> anyhow::Result<Shared> {
    let got: Vec<f64> = flows.iter().map(|flow| (flow.delivered - flow.delivered_before) as f64).collect();
    let (sum, squares) = (got.iter().sum::<f64>(), got.iter().map(|got| got * got).sum::<f64>());
    ensure!(0.0 < sum, "nothing was delivered");
    line.queues_ms.sort_unstable();
    let p95 = line.queues_ms.get(line.queues_ms.len() * 95 / 100).copied().context("no packet passed")?;
    let smallest = got.iter().copied().fold(f64::INFINITY, f64::min);
    Ok(Shared {
        used: sum / could as f64,
        fairness: sum * sum / (squares * got.len() as f64),
        smallest: smallest * got.len() as f64 / sum,
        queue_p95_ms: p95,
        lost: line.lost as f64 / line.packets.max(1) as f64,
    })
}
