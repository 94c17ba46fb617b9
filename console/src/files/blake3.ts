/**
 * BLAKE3, piece by piece: what files are compared by, on both ends of a transfer.
 *
 * Words are signed 32-bit numbers throughout, which engines keep in registers.
 *
 * @module
 */

const BLOCK_BYTES = 64;
const CHUNK_BYTES = 1024;
const HASH_BYTES = 32;

const CHUNK_START = 1;
const CHUNK_END = 2;
const PARENT = 4;
const ROOT = 8;

const IV = Int32Array.of(
  0x6a09e667,
  0xbb67ae85,
  0x3c6ef372,
  0xa54ff53a,
  0x510e527f,
  0x9b05688c,
  0x1f83d9ab,
  0x5be0cd19,
);

const ROUNDS = 7;

/** Which word of the message each step of each round takes. */
const SCHEDULE = schedule();

function schedule(): Uint8Array {
  const permutation = [2, 6, 3, 10, 7, 0, 4, 13, 1, 11, 12, 5, 9, 14, 15, 8];
  const all = new Uint8Array(16 * ROUNDS);
  let row = Array.from({ length: 16 }, (_, at) => at);
  for (let round = 0; round < ROUNDS; round++) {
    all.set(row, 16 * round);
    row = permutation.map((at) => row[at] ?? 0);
  }
  return all;
}

/** The state of one compression; used by one at a time. */
const V = new Int32Array(16);

function mix(a: number, b: number, c: number, d: number, x: number, y: number): void {
  let [va, vb, vc, vd] = [V[a] as number, V[b] as number, V[c] as number, V[d] as number];
  va = (va + vb + x) | 0;
  vd ^= va;
  vd = (vd >>> 16) | (vd << 16);
  vc = (vc + vd) | 0;
  vb ^= vc;
  vb = (vb >>> 12) | (vb << 20);
  va = (va + vb + y) | 0;
  vd ^= va;
  vd = (vd >>> 8) | (vd << 24);
  vc = (vc + vd) | 0;
  vb ^= vc;
  vb = (vb >>> 7) | (vb << 25);
  V[a] = va;
  V[b] = vb;
  V[c] = vc;
  V[d] = vd;
}

/** Compresses a block into `value`. `chunk` counts chunks. */
function compress(value: Int32Array, words: Int32Array, chunk: number, length: number, flags: number): void {
  V.set(value);
  V.set(IV.subarray(0, 4), 8);
  V[12] = chunk | 0;
  V[13] = Math.floor(chunk / 0x1_0000_0000) | 0;
  V[14] = length;
  V[15] = flags;
  const word = (at: number) => words[SCHEDULE[at] as number] as number;
  for (let at = 0; at < SCHEDULE.length; at += 16) {
    mix(0, 4, 8, 12, word(at), word(at + 1));
    mix(1, 5, 9, 13, word(at + 2), word(at + 3));
    mix(2, 6, 10, 14, word(at + 4), word(at + 5));
    mix(3, 7, 11, 15, word(at + 6), word(at + 7));
    mix(0, 5, 10, 15, word(at + 8), word(at + 9));
    mix(1, 6, 11, 12, word(at + 10), word(at + 11));
    mix(2, 7, 8, 13, word(at + 12), word(at + 13));
    mix(3, 4, 9, 14, word(at + 14), word(at + 15));
  }
  for (let at = 0; at < 8; at++) {
    value[at] = (V[at] as number) ^ (V[at + 8] as number);
  }
}

/** The hash of what was given so far can be taken at any time, and more can follow. */
export class Blake3 {
  /** Values of whole subtrees, the largest first. */
  #stack: Int32Array[] = [];
  #value = IV.slice();
  #block = new Uint8Array(BLOCK_BYTES);
  #words = new Int32Array(this.#block.buffer);
  /** Bytes in the block, blocks of the chunk that are compressed, and whole chunks before it. */
  #filled = 0;
  #blocks = 0;
  #chunks = 0;

  update(bytes: Uint8Array): this {
    for (let at = 0; at < bytes.length; ) {
      if (this.#filled === BLOCK_BYTES) {
        this.#endBlock();
      }
      const part = bytes.subarray(at, at + BLOCK_BYTES - this.#filled);
      this.#block.set(part, this.#filled);
      this.#filled += part.length;
      at += part.length;
    }
    return this;
  }

  digest(): Uint8Array<ArrayBuffer> {
    let value = this.#value.slice();
    let words = new Int32Array(16);
    const block = new Uint8Array(words.buffer);
    block.set(this.#block.subarray(0, this.#filled));
    let [length, chunk] = [this.#filled, this.#chunks];
    let flags = (this.#blocks === 0 ? CHUNK_START : 0) | CHUNK_END;
    for (const left of this.#stack.toReversed()) {
      compress(value, words, chunk, length, flags);
      words = joined(left, value);
      value = IV.slice();
      [length, chunk, flags] = [BLOCK_BYTES, 0, PARENT];
    }
    compress(value, words, flags & PARENT ? 0 : chunk, length, flags | ROOT);
    return new Uint8Array(value.buffer.slice(0, HASH_BYTES));
  }

  /** The same state once more. */
  clone(): Blake3 {
    const copy = new Blake3();
    copy.#stack = [...this.#stack];
    copy.#value = this.#value.slice();
    copy.#block.set(this.#block);
    [copy.#filled, copy.#blocks, copy.#chunks] = [this.#filled, this.#blocks, this.#chunks];
    return copy;
  }

  #endBlock(): void {
    const isLast = this.#blocks === CHUNK_BYTES / BLOCK_BYTES - 1;
    const flags = (this.#blocks === 0 ? CHUNK_START : 0) | (isLast ? CHUNK_END : 0);
    compress(this.#value, this.#words, this.#chunks, BLOCK_BYTES, flags);
    this.#blocks += 1;
    this.#filled = 0;
    if (isLast) {
      this.#endChunk();
    }
    this.#block.fill(0);
  }

  /** Joins what is complete: as many subtrees as the number of chunks has zeros at its end. */
  #endChunk(): void {
    let value = this.#value;
    this.#chunks += 1;
    for (let total = this.#chunks; total % 2 === 0; total /= 2) {
      const parent = IV.slice();
      compress(parent, joined(this.#stack.pop() as Int32Array, value), 0, BLOCK_BYTES, PARENT);
      value = parent;
    }
    this.#stack.push(value);
    this.#value = IV.slice();
    this.#blocks = 0;
  }
}

function joined(left: Int32Array, right: Int32Array): Int32Array<ArrayBuffer> {
  const words = new Int32Array(16);
  words.set(left);
  words.set(right, 8);
  return words;
}
