/**
 * Text and drawings, mirroring `codec/src/layout/traced` in Rust: runs of one colour, and each other pixel as a choice
 * among what its neighbours foretell, range-coded. `docs/coding.md` describes it. Total: any bytes give pixels or
 * `false`.
 *
 * @module
 */
import { TILE_SIDE } from "../wire/screen/grid.ts";
import { areBitsAtEnd, FRESH, modelOf, readBit, readEvenBit, startBits } from "./range.ts";
import { PRIORS } from "./traced-priors.ts";

/** The longest body. */
export const TRACED_BYTES_MAX = 6 * TILE_SIDE * TILE_SIDE;

/** The most colours of a picture that have numbers. */
const COLORS_MAX = 1024;

/** Columns of ground to the left of a picture, and rows above; one column is to the right. */
const BEFORE = 2;
const BESIDE = BEFORE + 1;

/** Surroundings that are remembered within a picture, as a power of two; and how often in a row they count. */
const MEMORY_BITS = 11;
const TIMES_MAX = 4;

/* The same in a dictionary, and what it may hold. */
const PRIMER_BITS = 13;
const PRIMER_COLORS_MAX = 255;
const PRIMER_GROUNDS_MAX = 4;
const PRIMER_PICTURES_MAX = 32;
const PRIMER_HEAD_BYTES = 4;

const TREE_BITS = 3;
const LENGTHS = 7;
const BACK_LENGTHS = 10;
const RUN_LENGTHS = 6;
const COUNTS = 8;
const INK_MIN = 24;
const PRIOR_SEEN = 6;

/** The first place of those that a dictionary is sure of, and what stands for a pixel that ends a run. */
const PRIMED = 4;
const SURETIES = 2 * PRIMED;
const ENDS_RUN = 4;
const LIKENESSES = ENDS_RUN + 1;

const WHITE = 0xff_ffff;
const OPAQUE = 0xff00_0000;

/* Where the models of each kind begin. Those of the tree are fresh, all others have a prior. */
const ROW = 0;
const RUN = ROW + 2;
const RUN_LENGTH = RUN + 1 + RUN_LENGTHS;
const FAR = RUN_LENGTH + RUN_LENGTHS;
const NEAR = FAR + 2 * SURETIES * LIKENESSES;
const SIDES = NEAR + 2 * SURETIES * LIKENESSES;
const IS_NEW = SIDES + 3 * 8;
const BACK = IS_NEW + 2 * COUNTS;
const IS_OFF = BACK + BACK_LENGTHS;
const OFF_LENGTH = IS_OFF + 2;
const GROUND = OFF_LENGTH + 2 * LENGTHS;
const GREEN = GROUND + 3;
const MODELS = GREEN + (1 << TREE_BITS);

const START = Uint16Array.from({ length: MODELS }, (_, at) => {
  const prior = PRIORS[at];
  return prior === undefined ? FRESH : modelOf(prior, PRIOR_SEEN);
});

/** What the pictures of a dictionary taught. */
export interface Primer {
  readonly far: Int32Array;
  readonly near: Int32Array;
  readonly colors: Int32Array;
  readonly grounds: readonly number[];
}

/* A colour is one number here: blue in the low byte, then green and red. A memory has a colour in each place, and above
   it how often it came; 0: never. */
const canvas = new Int32Array((TILE_SIDE + BESIDE) * (TILE_SIDE + BEFORE));
const colors = new Int32Array(PRIMER_COLORS_MAX + 1 + COLORS_MAX);
const ownFar = new Int32Array(1 << MEMORY_BITS);
const ownNear = new Int32Array(1 << MEMORY_BITS);
const nothing = new Int32Array(1 << PRIMER_BITS);

/* The memories of the picture that is read, and those of its dictionary. */
let far: Int32Array = ownFar;
let near: Int32Array = ownNear;
let shift = 32 - MEMORY_BITS;
let primedFar: Int32Array = nothing;
let primedNear: Int32Array = nothing;

let count = 0;
/** How many colours were there before the picture, with its ground. */
let known = 0;
let ground = 0;
let ink = 0;

/** What stands for no colour, also where there are too many. */
const NONE = -1;

/** Writes the `out.length` pixels of a body, in rows of `width`; `false` if it is not the body of so many. */
export function unpackTraced(
  body: Uint8Array,
  width: number,
  out: Uint32Array,
  primer: Primer | undefined,
): boolean {
  const height = out.length / width;
  [far, near, shift] = [ownFar, ownNear, 32 - MEMORY_BITS];
  far.fill(0);
  near.fill(0);
  count = 0;
  if (!read(body, width, height, primer)) {
    return false;
  }
  const stride = width + BESIDE;
  for (let y = 0, from = BEFORE * stride + BEFORE; y < height; y++, from += stride) {
    const to = y * width;
    for (let x = 0; x < width; x++) {
      const color = canvas[from + x] ?? 0;
      out[to + x] = OPAQUE + ((color & 0xff) << 16) + (color & 0xff00) + (color >> 16);
    }
  }
  return true;
}

/** Reads a dictionary: pictures, each traced with what those before it taught. Nothing if it is none. */
export function readPrimer(dictionary: Uint8Array): Primer | undefined {
  const primer = { far: new Int32Array(1 << PRIMER_BITS), near: new Int32Array(1 << PRIMER_BITS) };
  const grounds: number[] = [];
  let at = 0;
  count = 0;
  for (let pictures = 0; at < dictionary.length && pictures < PRIMER_PICTURES_MAX; pictures++) {
    const [width, height, low, high] = dictionary.subarray(at, at + PRIMER_HEAD_BYTES);
    if (width === undefined || height === undefined || low === undefined || high === undefined) {
      return undefined;
    }
    const start = at + PRIMER_HEAD_BYTES;
    at = start + low + (high << 8);
    if (dictionary.length < at || TILE_SIDE * TILE_SIDE < (width + 1) * (height + 1)) {
      return undefined;
    }
    [far, near, shift] = [primer.far, primer.near, 32 - PRIMER_BITS];
    if (!read(dictionary.subarray(start, at), width + 1, height + 1, undefined)) {
      return undefined;
    }
    if (grounds.length < PRIMER_GROUNDS_MAX && !grounds.includes(ground)) {
      grounds.push(ground);
    }
    const more = Math.max(0, count - PRIMER_COLORS_MAX);
    colors.copyWithin(0, more, count);
    count -= more;
  }
  return at === dictionary.length ? { ...primer, colors: colors.slice(0, count), grounds } : undefined;
}

/** Fills the canvas from a body. */
function read(body: Uint8Array, width: number, height: number, primer: Primer | undefined): boolean {
  if (TRACED_BYTES_MAX < body.length) {
    return false;
  }
  startBits(body, START);
  primedFar = primer?.far ?? nothing;
  primedNear = primer?.near ?? nothing;
  if (primer !== undefined) {
    colors.set(primer.colors);
    count = primer.colors.length;
  }
  ground = readGround(primer?.grounds ?? []);
  ink = ground;
  colors[count] = ground;
  count += 1;
  known = count;
  const stride = width + BESIDE;
  canvas.fill(ground, 0, stride * (height + BEFORE));
  let same: 0 | 1 = 0;
  for (let y = 0, at = BEFORE * stride + BEFORE; y < height; y++, at += stride) {
    same = readBit(ROW + same);
    if (same === 1) {
      canvas.copyWithin(at, at - stride, at - stride + width);
    } else if (!readRow(at, at + width, stride)) {
      return false;
    }
  }
  return areBitsAtEnd();
}

function readGround(grounds: readonly number[]): number {
  if (readBit(GROUND) === 1) {
    return WHITE;
  }
  if (readBit(GROUND + 1) === 1) {
    return 0;
  }
  for (const color of grounds) {
    if (readBit(GROUND + 2) === 1) {
      return color;
    }
  }
  let color = 0;
  for (let at = 0; at < 24; at++) {
    color = (color << 1) | readEvenBit();
  }
  return color;
}

/** Reads the pixels from `start` to `end`: runs where all around has one colour, single ones elsewhere. */
function readRow(start: number, end: number, stride: number): boolean {
  for (let at = start; at < end; at++) {
    const above = at - stride;
    const left = canvas[at - 1] ?? 0;
    const up = canvas[above] ?? 0;
    const upLeft = canvas[above - 1] ?? 0;
    const upRight = canvas[above + 1] ?? 0;
    const isFlat = left === up && left === upRight && left === upLeft;
    if (isFlat) {
      let room = 1;
      while (at + room < end && canvas[above + 1 + room] === left) {
        room += 1;
      }
      const run = readRun(room);
      for (const last = at + run; at < last; at++) {
        canvas[at] = left;
      }
      if (run === room) {
        at -= 1;
        continue;
      }
    }
    const color = isFlat ? readEnd(at, stride, left) : readPixel(at, stride, left, up, upLeft, upRight);
    if (color === NONE) {
      return false;
    }
    canvas[at] = color;
  }
  return true;
}

/** How many of `room` pixels have the colour that all around has, before one has not. */
function readRun(room: number): number {
  const lengths = 31 - Math.clz32(room);
  if (readBit(RUN + lengths) === 1) {
    return room;
  }
  return Math.min(magnitude(RUN_LENGTH, lengths) - 1, room - 1);
}

/** The place of a hash of surroundings in a memory of so many bits less than 32. */
function spread(sum: number): number {
  return Math.imul(sum ^ (sum >>> 15), 0x2c1b_3c6d);
}

function nearSum(left: number, up: number, upRight: number): number {
  return (Math.imul(left, 0x9e37_79b1) + Math.imul(up, 0x85eb_ca77) + Math.imul(upRight, 0xc2b2_ae3d)) | 0;
}

function farSum(sum: number, upLeft: number, at: number, above: number, stride: number): number {
  const twoLeft = Math.imul(canvas[at - 2] ?? 0, 0x1656_67b1);
  const twoUp = Math.imul(canvas[above - stride] ?? 0, 0xd3a2_646d);
  return (sum + Math.imul(upLeft, 0x27d4_eb2f) + twoLeft + twoUp) | 0;
}

function readPixel(
  at: number,
  stride: number,
  left: number,
  up: number,
  upLeft: number,
  upRight: number,
): number {
  const sum = nearSum(left, up, upRight);
  const nearHash = spread(sum);
  const farHash = spread(farSum(sum, upLeft, at, at - stride, stride));
  const nearAt = nearHash >>> shift;
  const farAt = farHash >>> shift;
  let often = far[farAt] ?? 0;
  let oftenSurety = (often >> 24) - 1;
  if (often === 0) {
    often = primedFar[farHash >>> (32 - PRIMER_BITS)] ?? 0;
    oftenSurety = PRIMED + (often >> 24) - 1;
  }
  let rare = near[nearAt] ?? 0;
  let rareSurety = (rare >> 24) - 1;
  if (rare === 0) {
    rare = primedNear[nearHash >>> (32 - PRIMER_BITS)] ?? 0;
    rareSurety = PRIMED + (rare >> 24) - 1;
  }
  const first = often === 0 ? NONE : often & WHITE;
  const second = rare === 0 ? NONE : rare & WHITE;
  let color = NONE;
  if (first !== NONE) {
    const likeness = (first === left ? 1 : 0) + (first === up ? 2 : 0);
    const agrees = first === second ? SURETIES : 0;
    if (readBit(FAR + (agrees + oftenSurety) * LIKENESSES + likeness) === 1) {
      color = first;
    }
  }
  if (color === NONE && second !== NONE && second !== first) {
    const likeness = (second === left ? 1 : 0) + (second === up ? 2 : 0);
    const isSecond = first === NONE ? 0 : SURETIES;
    if (readBit(NEAR + (isSecond + rareSurety) * LIKENESSES + likeness) === 1) {
      color = second;
    }
  }
  if (color === NONE) {
    const shape = (left === up ? 1 : 0) + (up === upRight ? 2 : 0) + (left === upLeft ? 4 : 0);
    color = readBeside(first, second, left, up, upRight, shape);
  }
  if (color !== NONE) {
    note(far, farAt, color);
    note(near, nearAt, color);
  }
  return color;
}

/** The neighbours that were not tried yet, then all other colours. */
function readBeside(
  first: number,
  second: number,
  left: number,
  up: number,
  upRight: number,
  shape: number,
): number {
  if (left !== first && left !== second && readBit(SIDES + shape) === 1) {
    return left;
  }
  if (up !== first && up !== second && up !== left && readBit(SIDES + 8 + shape) === 1) {
    return up;
  }
  const isTried = upRight === first || upRight === second || upRight === left || upRight === up;
  if (!isTried && readBit(SIDES + 16 + shape) === 1) {
    return upRight;
  }
  return otherColor();
}

/** A pixel behind a run: all around has the run's colour, and it has not. */
function readEnd(at: number, stride: number, run: number): number {
  const sum = nearSum(run, run, run);
  const nearHash = spread(sum);
  const farHash = spread(farSum(sum, run, at, at - stride, stride));
  const nearAt = nearHash >>> shift;
  const farAt = farHash >>> shift;
  let often = far[farAt] ?? 0;
  let oftenSurety = (often >> 24) - 1;
  if (often === 0) {
    often = primedFar[farHash >>> (32 - PRIMER_BITS)] ?? 0;
    oftenSurety = PRIMED + (often >> 24) - 1;
  }
  let rare = near[nearAt] ?? 0;
  let rareSurety = (rare >> 24) - 1;
  if (rare === 0) {
    rare = primedNear[nearHash >>> (32 - PRIMER_BITS)] ?? 0;
    rareSurety = PRIMED + (rare >> 24) - 1;
  }
  const first = often === 0 || (often & WHITE) === run ? NONE : often & WHITE;
  const second = rare === 0 || (rare & WHITE) === run ? NONE : rare & WHITE;
  let color = NONE;
  if (first !== NONE) {
    const agrees = first === second ? SURETIES : 0;
    if (readBit(FAR + (agrees + oftenSurety) * LIKENESSES + ENDS_RUN) === 1) {
      color = first;
    }
  }
  if (color === NONE && second !== NONE && second !== first) {
    const isSecond = first === NONE ? 0 : SURETIES;
    if (readBit(NEAR + (isSecond + rareSurety) * LIKENESSES + ENDS_RUN) === 1) {
      color = second;
    }
  }
  if (color === NONE) {
    color = otherColor();
  }
  if (color !== NONE) {
    note(far, farAt, color);
    note(near, nearAt, color);
  }
  return color;
}

/** A colour that no neighbour foretells: one that was there before, or a new one. */
function otherColor(): number {
  const own = 1 + count - known;
  const primed = 1 < known ? COUNTS : 0;
  if (readBit(IS_NEW + primed + Math.min(31 - Math.clz32(own), COUNTS - 1)) === 0) {
    const back = magnitude(BACK, BACK_LENGTHS) - 1;
    // Beyond the first colour there is none; any will do, for no sender goes there.
    return back < count ? (colors[count - 1 - back] ?? 0) : ground;
  }
  if (COLORS_MAX <= own) {
    return NONE;
  }
  const color = newColor();
  if (INK_MIN <= distance(color, ground)) {
    ink = color;
  }
  colors[count] = color;
  count += 1;
  return color;
}

/** Blue and red are foretold from green, as if the colour lay on the line from the ground to the ink. */
function newColor(): number {
  const green = tree(GREEN, 8);
  const groundGreen = (ground >> 8) & 0xff;
  let along = green - groundGreen;
  let whole = ((ink >> 8) & 0xff) - groundGreen;
  if (whole < 0) {
    [along, whole] = [-along, -whole];
  }
  const blue = channel(0, foretell(along, whole, ground & 0xff, ink & 0xff));
  const red = channel(1, foretell(along, whole, ground >> 16, ink >> 16));
  return blue | (green << 8) | (red << 16);
}

function foretell(along: number, whole: number, from: number, to: number): number {
  const rise = whole === 0 ? along : Math.floor((2 * along * (to - from) + whole) / (2 * whole));
  return Math.max(0, Math.min(255, from + rise));
}

/** A byte by its difference to what is foretold. */
function channel(own: 0 | 1, foretold: number): number {
  if (readBit(IS_OFF + own) === 0) {
    return foretold;
  }
  const folded = magnitude(OFF_LENGTH + own * LENGTHS, LENGTHS);
  const off = folded & 1 ? ~(folded >> 1) : folded >> 1;
  return (foretold + off) & 0xff;
}

/** A number above 0 with at most `lengths` bits behind its highest: how many, then what they are. */
function magnitude(models: number, lengths: number): number {
  let more = 0;
  while (more < lengths && readBit(models + more) === 1) {
    more += 1;
  }
  let value = 1;
  for (; 0 < more; more--) {
    value = (value << 1) | readEvenBit();
  }
  return value;
}

/** A number of `length` bits: the first of them along a tree of models. */
function tree(models: number, length: number): number {
  let node = 1;
  for (let at = 0; at < length; at++) {
    node = (node << 1) | (at < TREE_BITS ? readBit(models + node) : readEvenBit());
  }
  return node - (1 << length);
}

function distance(a: number, b: number): number {
  const channelAt = (at: number) => Math.abs(((a >> at) & 0xff) - ((b >> at) & 0xff));
  return channelAt(0) + channelAt(8) + channelAt(16);
}

/** Remembers a colour; times in a row count. */
function note(memory: Int32Array, place: number, color: number): void {
  const held = memory[place] ?? 0;
  const times = (held & WHITE) === color ? Math.min((held >> 24) + 1, TIMES_MAX) : 1;
  memory[place] = color | (times << 24);
}
