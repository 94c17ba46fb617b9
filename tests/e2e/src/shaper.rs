//! A bad line for UDP: a forwarder with delay, loss, a rate and an off switch, seeded.
//!
//! It stands between a client and a relay's UDP port. Each client address gets a socket of its own towards the
//! relay, so that many links pass at once. Times are kept by one thread with a heap of packets to be sent.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};
use std::io;
use std::net::{SocketAddr, UdpSocket};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};

/// How long packets may wait at the bottleneck of an ordinary line.
const QUEUE_MAX: Duration = Duration::from_millis(200);

/// The smallest buffer of all: ten large packets.
const QUEUE_BYTES_MIN: u64 = 15_000;

/// How long a socket waits before the thread looks at its switches again.
const LOOK: Duration = Duration::from_millis(1);

const PACKET_BYTES_MAX: usize = 64 << 10;

/// What a line does to packets, in each direction.
#[derive(Debug, Clone, Copy)]
pub struct Line {
    /// Time from end to end; a round trip takes twice this.
    pub delay: Duration,
    /// Share of packets that never arrive, 0 to 1.
    pub loss: f64,
    /// Bits a second; 0: no limit.
    pub rate_bits: u64,
    /// What the losses are drawn from.
    pub seed: u64,
    /// How long packets may wait at the bottleneck before the tail is dropped; ten of them always fit.
    pub queue_max: Duration,
}

impl Line {
    /// A line with the buffer of an ordinary one.
    pub const fn new(delay: Duration, loss: f64, rate_bits: u64, seed: u64) -> Self {
        Self { delay, loss, rate_bits, seed, queue_max: QUEUE_MAX }
    }

    /// How long a packet of so many bits takes at the bottleneck.
    fn takes(&self, bits: u64) -> Duration {
        let ns = bits.saturating_mul(1_000_000_000).checked_div(self.rate_bits);
        Duration::from_nanos(ns.unwrap_or(0))
    }
}

/// A running line.
pub struct Shaper {
    address: SocketAddr,
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Default)]
struct Shared {
    stopped: AtomicBool,
    cut: AtomicBool,
    counts: Mutex<Counts>,
}

/// What passed and what did not.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Packets that arrived.
    pub passed: u64,
    /// Packets lost at random, at the full queue, or while the line was cut.
    pub dropped: u64,
    /// Bytes towards the client.
    pub down_bytes: u64,
    /// Longest wait at the bottleneck towards the client since [`Shaper::take_queue`], in microseconds.
    pub down_queue_us: u64,
}

impl Shaper {
    /// Starts a line to `target` on a free loopback port.
    ///
    /// # Errors
    /// When no socket can be had.
    pub fn start(target: SocketAddr, line: Line) -> io::Result<Self> {
        let socket = UdpSocket::bind(("127.0.0.1", 0))?;
        socket.set_read_timeout(Some(LOOK))?;
        let address = socket.local_addr()?;
        let shared = Arc::new(Shared::default());
        let mut worker = Worker::new(socket, target, line, Arc::clone(&shared));
        let thread = thread::Builder::new().name("shaper".into()).spawn(move || worker.run())?;
        Ok(Self { address, shared, thread: Some(thread) })
    }

    /// Where clients send to.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Pulls the cable, or puts it back.
    pub fn cut(&self, cut: bool) {
        self.shared.cut.store(cut, Ordering::Release);
    }

    /// The longest wait at the bottleneck towards the client since the last call.
    pub fn take_queue(&self) -> Duration {
        let mut counts = self.shared.counts.lock().unwrap_or_else(PoisonError::into_inner);
        Duration::from_micros(std::mem::take(&mut counts.down_queue_us))
    }

    /// What passed so far.
    pub fn counts(&self) -> Counts {
        *self.shared.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Shaper {
    fn drop(&mut self) {
        self.shared.stopped.store(true, Ordering::Release);
        if let Some(thread) = self.thread.take() {
            // A panic of the thread has been printed already.
            let _ = thread.join();
        }
    }
}

/// A packet on its way: when it arrives, in which order it was sent, and where it goes.
type Flight = Reverse<(Instant, u64, Option<SocketAddr>, SocketAddr, Vec<u8>)>;

struct Worker {
    front: UdpSocket,
    target: SocketAddr,
    line: Line,
    random: StdRng,
    shared: Arc<Shared>,
    clients: HashMap<SocketAddr, UdpSocket>,
    flights: BinaryHeap<Flight>,
    /// When the bottleneck is free again, upwards and downwards.
    free: [Instant; 2],
    sent: u64,
}

impl Worker {
    fn new(front: UdpSocket, target: SocketAddr, line: Line, shared: Arc<Shared>) -> Self {
        let random = StdRng::seed_from_u64(line.seed);
        let (clients, flights) = (HashMap::new(), BinaryHeap::new());
        Self { front, target, line, random, shared, clients, flights, free: [Instant::now(); 2], sent: 0 }
    }

    fn run(&mut self) {
        let mut buffer = vec![0; PACKET_BYTES_MAX];
        while !self.shared.stopped.load(Ordering::Acquire) {
            while let Ok((length, client)) = self.front.recv_from(&mut buffer) {
                self.depart(0, client, &buffer[..length]);
                self.collect_answers(&mut buffer);
                self.deliver();
            }
            self.collect_answers(&mut buffer);
            self.deliver();
        }
    }

    fn collect_answers(&mut self, buffer: &mut [u8]) {
        let mut answers = Vec::new();
        for (client, socket) in &self.clients {
            while let Ok(length) = socket.recv(buffer) {
                answers.push((*client, buffer[..length].to_vec()));
            }
        }
        for (client, packet) in answers {
            self.depart(1, client, &packet);
        }
    }

    /// Puts a packet on the line: `direction` 0 is towards the relay.
    fn depart(&mut self, direction: usize, client: SocketAddr, packet: &[u8]) {
        let now = Instant::now();
        let start = self.free[direction].max(now);
        let queue = start - now;
        let queue_max = self.line.queue_max.max(self.line.takes(8 * QUEUE_BYTES_MIN));
        if self.shared.cut.load(Ordering::Acquire) || queue_max < queue {
            self.count(|counts| counts.dropped += 1);
            return;
        }
        if direction == 1 {
            let queue_us = queue.as_micros() as u64;
            self.count(|counts| counts.down_queue_us = counts.down_queue_us.max(queue_us));
        }
        // What is lost on the way has passed the bottleneck.
        self.free[direction] = start + self.line.takes(8 * packet.len() as u64);
        if self.random.random_bool(self.line.loss) {
            self.count(|counts| counts.dropped += 1);
            return;
        }
        self.sent += 1;
        let towards = if direction == 0 { None } else { Some(client) };
        let arrives = self.free[direction] + self.line.delay;
        self.flights.push(Reverse((arrives, self.sent, towards, client, packet.to_vec())));
    }

    fn deliver(&mut self) {
        let now = Instant::now();
        while self.flights.peek().is_some_and(|Reverse(flight)| flight.0 <= now) {
            let Some(Reverse((_, _, towards, client, packet))) = self.flights.pop() else { return };
            let arrived = match towards {
                Some(client) => self.front.send_to(&packet, client).is_ok(),
                None => self.send_to_target(client, &packet).is_ok(),
            };
            let down_bytes = if towards.is_some() { packet.len() as u64 } else { 0 };
            self.count(|counts| {
                counts.passed += u64::from(arrived);
                counts.dropped += u64::from(!arrived);
                counts.down_bytes += down_bytes;
            });
        }
    }

    fn send_to_target(&mut self, client: SocketAddr, packet: &[u8]) -> io::Result<()> {
        if !self.clients.contains_key(&client) {
            let socket = UdpSocket::bind(("127.0.0.1", 0))?;
            socket.connect(self.target)?;
            socket.set_nonblocking(true)?;
            self.clients.insert(client, socket);
        }
        match self.clients.get(&client) {
            Some(socket) => socket.send(packet).map(drop),
            None => Ok(()),
        }
    }

    fn count(&self, change: impl FnOnce(&mut Counts)) {
        change(&mut self.shared.counts.lock().unwrap_or_else(PoisonError::into_inner));
    }
}
