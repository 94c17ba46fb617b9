/**
 * Text and drawings, mirroring `codec/src/layout/traced` in Rust: runs of one colour, and each other pixel as a choice
 * among what its neighbours foretell, range-coded. `docs/coding.md` describes it. Total: any bytes give pixels or
 * `false`.
 *
 * @module
 */
import { TILE_SIDE } from "../wire/screen/grid.ts";
import {
  areBitsAtEnd,
  CODE,
  FRESH,
  learnt,
  modelOf,
  models,
  NEXT,
  own,
  RANGE,
  readBit,
  readEvenBit,
  source,
  startBits,
} from "./range.ts";
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

/** What a pixel may be, in the order of trial: far, near, left, above, above right. */
const PLACES = 5;

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
/** Which rows are the same as the one above; the first one counts as another. */
const sameRows = new Uint8Array(TILE_SIDE);
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
    if (sameRows[y] === 1) {
      out.copyWithin(to, to - width, to);
      continue;
    }
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
    sameRows[y] = y === 0 ? 0 : same;
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

/**
 * Reads the pixels from `start` to `end`: runs where all around has one colour, single ones elsewhere.
 *
 * Nearly all bits are read here, so the coder's state is in variables meanwhile, and a bit is read where it stands.
 */
function readRow(start: number, end: number, stride: number): boolean {
  const [farPlaces, nearPlaces, bits] = [far, near, shift];
  const [primerFar, primerNear, primerBits] = [primedFar, primedNear, 32 - PRIMER_BITS];
  const bytes = source();
  const length = bytes.length;
  let range = own[RANGE] ?? 0;
  let code = own[CODE] ?? 0;
  let next = own[NEXT] ?? 0;
  for (let at = start; at < end; at++) {
    let above = at - stride;
    const left = canvas[at - 1] ?? 0;
    const up = canvas[above] ?? 0;
    const upLeft = canvas[above - 1] ?? 0;
    const upRight = canvas[above + 1] ?? 0;
    const endsRun = left === up && left === upRight && left === upLeft;
    if (endsRun) {
      let room = 1;
      while (at + room < end && canvas[above + 1 + room] === left) {
        room += 1;
      }
      const lengths = 31 - Math.clz32(room);
      const held = models[RUN + lengths] ?? 0;
      const split = Math.imul(range >>> 12, held >> 4);
      let run = room;
      if (code >>> 0 < split >>> 0) {
        models[RUN + lengths] = learnt(held, 0);
        range = split;
        run = 0;
      } else {
        models[RUN + lengths] = learnt(held, 1);
        range = (range - split) | 0;
        code = (code - split) | 0;
      }
      while (range >>> 24 === 0) {
        range <<= 8;
        code = (code << 8) | (next < length ? (bytes[next] ?? 0) : 0);
        next += 1;
      }
      if (run === 0) {
        keepState(range, code, next);
        run = Math.min(magnitude(RUN_LENGTH, lengths) - 1, room - 1);
        range = own[RANGE] ?? 0;
        code = own[CODE] ?? 0;
        next = own[NEXT] ?? 0;
      }
      for (const last = at + run; at < last; at++) {
        canvas[at] = left;
      }
      if (run === room) {
        at -= 1;
        continue;
      }
      above = at - stride;
    }
    const sum = nearSum(left, up, upRight);
    const nearHash = spread(sum);
    const farHash = spread(farSum(sum, upLeft, at, above, stride));
    const nearAt = nearHash >>> bits;
    const farAt = farHash >>> bits;
    let often = farPlaces[farAt] ?? 0;
    let oftenSurety = (often >> 24) - 1;
    if (often === 0) {
      often = primerFar[farHash >>> primerBits] ?? 0;
      oftenSurety = PRIMED + (often >> 24) - 1;
    }
    let rare = nearPlaces[nearAt] ?? 0;
    let rareSurety = (rare >> 24) - 1;
    if (rare === 0) {
      rare = primerNear[nearHash >>> primerBits] ?? 0;
      rareSurety = PRIMED + (rare >> 24) - 1;
    }
    // Behind a run that ended early comes another colour than the run's.
    const first = often === 0 || (endsRun && (often & WHITE) === left) ? NONE : often & WHITE;
    const second = rare === 0 || (endsRun && (rare & WHITE) === left) ? NONE : rare & WHITE;
    let color = NONE;
    if (first !== NONE) {
      const likeness = endsRun ? ENDS_RUN : (first === left ? 1 : 0) + (first === up ? 2 : 0);
      const model = FAR + ((first === second ? SURETIES : 0) + oftenSurety) * LIKENESSES + likeness;
      const held = models[model] ?? 0;
      const split = Math.imul(range >>> 12, held >> 4);
      if (code >>> 0 < split >>> 0) {
        models[model] = learnt(held, 0);
        range = split;
      } else {
        models[model] = learnt(held, 1);
        range = (range - split) | 0;
        code = (code - split) | 0;
        color = first;
      }
      while (range >>> 24 === 0) {
        range <<= 8;
        code = (code << 8) | (next < length ? (bytes[next] ?? 0) : 0);
        next += 1;
      }
    }
    for (let place = 1; color === NONE && place < (endsRun ? 2 : PLACES); place++) {
      let candidate = place === 2 ? left : place === 3 ? up : upRight;
      let model = 0;
      if (place === 1) {
        candidate = second === first ? NONE : second;
        const likeness = endsRun ? ENDS_RUN : (second === left ? 1 : 0) + (second === up ? 2 : 0);
        model = NEAR + ((first === NONE ? 0 : SURETIES) + rareSurety) * LIKENESSES + likeness;
      } else {
        const isBehind = (2 < place && candidate === left) || (place === 4 && candidate === up);
        candidate = candidate === first || candidate === second || isBehind ? NONE : candidate;
        const shape = (left === up ? 1 : 0) + (up === upRight ? 2 : 0) + (left === upLeft ? 4 : 0);
        model = SIDES + 8 * (place - 2) + shape;
      }
      if (candidate === NONE) {
        continue;
      }
      const held = models[model] ?? 0;
      const split = Math.imul(range >>> 12, held >> 4);
      if (code >>> 0 < split >>> 0) {
        models[model] = learnt(held, 0);
        range = split;
      } else {
        models[model] = learnt(held, 1);
        range = (range - split) | 0;
        code = (code - split) | 0;
        color = candidate;
      }
      while (range >>> 24 === 0) {
        range <<= 8;
        code = (code << 8) | (next < length ? (bytes[next] ?? 0) : 0);
        next += 1;
      }
    }
    if (color === NONE) {
      keepState(range, code, next);
      color = otherColor();
      if (color === NONE) {
        return false;
      }
      range = own[RANGE] ?? 0;
      code = own[CODE] ?? 0;
      next = own[NEXT] ?? 0;
    }
    note(farPlaces, farAt, color);
    note(nearPlaces, nearAt, color);
    canvas[at] = color;
  }
  keepState(range, code, next);
  return true;
}

/** For others to go on reading. */
function keepState(range: number, code: number, next: number): void {
  own[RANGE] = range;
  own[CODE] = code;
  own[NEXT] = next;
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

/** A colour that no neighbour foretells: one that was there before, or a new one. */
function otherColor(): number {
  const number = 1 + count - known;
  const primed = 1 < known ? COUNTS : 0;
  if (readBit(IS_NEW + primed + Math.min(31 - Math.clz32(number), COUNTS - 1)) === 0) {
    const back = magnitude(BACK, BACK_LENGTHS) - 1;
    // Beyond the first colour there is none; any will do, for no sender goes there.
    return back < count ? (colors[count - 1 - back] ?? 0) : ground;
  }
  if (COLORS_MAX <= number) {
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
function channel(place: 0 | 1, foretold: number): number {
  if (readBit(IS_OFF + place) === 0) {
    return foretold;
  }
  const folded = magnitude(OFF_LENGTH + place * LENGTHS, LENGTHS);
  const off = folded & 1 ? ~(folded >> 1) : folded >> 1;
  return (foretold + off) & 0xff;
}

/** A number above 0 with at most `lengths` bits behind its highest: how many, then what they are. */
function magnitude(start: number, lengths: number): number {
  let more = 0;
  while (more < lengths && readBit(start + more) === 1) {
    more += 1;
  }
  let value = 1;
  for (; 0 < more; more--) {
    value = (value << 1) | readEvenBit();
  }
  return value;
}

/** A number of `length` bits: the first of them along a tree of models. */
function tree(start: number, length: number): number {
  let node = 1;
  for (let at = 0; at < length; at++) {
    node = (node << 1) | (at < TREE_BITS ? readBit(start + node) : readEvenBit());
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
