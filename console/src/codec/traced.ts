/**
 * Text and drawings, mirroring `codec/src/layout/traced` in Rust: each pixel as a choice among what its neighbours
 * foretell, range-coded. `docs/coding.md` describes it. Total: any bytes give pixels or `false`.
 *
 * @module
 */
import { TILE_SIDE } from "../wire/screen/grid.ts";
import { BitReader } from "./range.ts";
import { PRIORS } from "./traced-priors.ts";

/** The longest body. */
export const TRACED_BYTES_MAX = 6 * TILE_SIDE * TILE_SIDE;

/** The most colours of a picture that have numbers. */
const COLORS_MAX = 1024;

/** Columns of ground to the left of a picture, and rows above; one column is to the right. */
const BEFORE = 2;
const BESIDE = BEFORE + 1;

/** Surroundings that are remembered, and how often in a row they count. */
const PLACES = 2048;
const TIMES_MAX = 4;

const TREE_BITS = 3;
const LENGTHS = 7;
const COUNTS = 8;
const INK_MIN = 24;
const PRIOR_SEEN = 6;

const WHITE = 0xff_ffff;
const OPAQUE = 0xff00_0000;

/* Where the models of each kind begin. Those of trees are fresh, all others have a prior. */
const ROW = 0;
const FAR = ROW + 2;
const NEAR = FAR + 2 * 4 * 4;
const SIDES = NEAR + 2 * 4 * 4;
const IS_NEW = SIDES + 3 * 8;
const IS_OFF = IS_NEW + COUNTS;
const OFF_LENGTH = IS_OFF + 2;
const GROUND = OFF_LENGTH + 2 * LENGTHS;
const BACK = GROUND + 2;
const GREEN = BACK + (1 << TREE_BITS);
const MODELS = GREEN + (1 << TREE_BITS);

/* A colour is one number here: blue in the low byte, then green and red. */
const bits = new BitReader(MODELS);
const canvas = new Int32Array((TILE_SIDE + BESIDE) * (TILE_SIDE + BEFORE));
const colors = new Int32Array(COLORS_MAX);
const far = new Int32Array(PLACES);
const near = new Int32Array(PLACES);
let count = 0;
let ground = 0;
let ink = 0;

/** What stands for no colour, also where there are too many. */
const NONE = -1;

/** Writes the `out.length` pixels of a body, in rows of `width`; `false` if it is not the body of so many. */
export function unpackTraced(body: Uint8Array, width: number, out: Uint32Array): boolean {
  if (TRACED_BYTES_MAX < body.length) {
    return false;
  }
  start(body);
  const stride = width + BESIDE;
  const height = out.length / width;
  canvas.fill(ground, 0, stride * (height + BEFORE));
  let same: 0 | 1 = 0;
  for (let y = 0, at = BEFORE * stride + BEFORE; y < height; y++, at += stride) {
    same = bits.bit(ROW + same);
    if (same === 1) {
      canvas.copyWithin(at, at - stride, at - stride + width);
    } else {
      for (let x = at; x < at + width; x++) {
        const color = pixel(x, stride);
        if (color === NONE) {
          return false;
        }
        canvas[x] = color;
      }
    }
    paintRow(at, width, out, y * width);
  }
  return bits.isAtEnd();
}

function start(body: Uint8Array): void {
  bits.start(body);
  for (let at = 0; at < PRIORS.length; at++) {
    bits.setModel(at, PRIORS[at] ?? 0, PRIOR_SEEN);
  }
  far.fill(0);
  near.fill(0);
  ground = readGround();
  ink = ground;
  colors[0] = ground;
  count = 1;
}

function readGround(): number {
  if (bits.bit(GROUND) === 1) {
    return WHITE;
  }
  if (bits.bit(GROUND + 1) === 1) {
    return 0;
  }
  let color = 0;
  for (let at = 0; at < 24; at++) {
    color = (color << 1) | bits.evenBit();
  }
  return color;
}

function paintRow(from: number, width: number, out: Uint32Array, to: number): void {
  for (let x = 0; x < width; x++) {
    const color = canvas[from + x] ?? 0;
    out[to + x] = OPAQUE + ((color & 0xff) << 16) + (color & 0xff00) + (color >> 16);
  }
}

/** Adds a colour to a hash of surroundings. */
function mix(hash: number, color: number): number {
  const mixed = Math.imul(hash ^ color, 0x9e37_79b1);
  return mixed ^ (mixed >>> 15);
}

function pixel(at: number, stride: number): number {
  const above = at - stride;
  const left = canvas[at - 1] ?? 0;
  const up = canvas[above] ?? 0;
  const upLeft = canvas[above - 1] ?? 0;
  const upRight = canvas[above + 1] ?? 0;
  const three = mix(mix(mix(0, left), up), upRight);
  const six = mix(mix(mix(three, upLeft), canvas[at - 2] ?? 0), canvas[above - stride] ?? 0);
  const farAt = (six >>> 8) % PLACES;
  const nearAt = (three >>> 8) % PLACES;
  const color = foundColor(far[farAt] ?? 0, near[nearAt] ?? 0, left, up, upLeft, upRight);
  if (color !== NONE) {
    note(far, farAt, color);
    note(near, nearAt, color);
  }
  return color;
}

/** Tries what came after the same surroundings, then the neighbours, then all other colours. */
function foundColor(
  often: number,
  rare: number,
  left: number,
  up: number,
  upLeft: number,
  upRight: number,
): number {
  const first = often === 0 ? NONE : often & WHITE;
  const second = rare === 0 ? NONE : rare & WHITE;
  if (first !== NONE) {
    const agrees = first === second ? 4 : 0;
    const likeness = (first === left ? 1 : 0) + (first === up ? 2 : 0);
    if (bits.bit(FAR + (agrees + (often >> 24) - 1) * 4 + likeness) === 1) {
      return first;
    }
  }
  if (second !== NONE && second !== first) {
    const isSecond = first === NONE ? 0 : 4;
    const likeness = (second === left ? 1 : 0) + (second === up ? 2 : 0);
    if (bits.bit(NEAR + (isSecond + (rare >> 24) - 1) * 4 + likeness) === 1) {
      return second;
    }
  }
  const shape = (left === up ? 1 : 0) + (up === upRight ? 2 : 0) + (left === upLeft ? 4 : 0);
  if (left !== first && left !== second && bits.bit(SIDES + shape) === 1) {
    return left;
  }
  if (up !== first && up !== second && up !== left && bits.bit(SIDES + 8 + shape) === 1) {
    return up;
  }
  const isTried = upRight === first || upRight === second || upRight === left || upRight === up;
  if (!isTried && bits.bit(SIDES + 16 + shape) === 1) {
    return upRight;
  }
  return otherColor();
}

/** A colour that no neighbour foretells: one that was there before, or a new one. */
function otherColor(): number {
  const bitsOfCount = 32 - Math.clz32(count);
  if (bits.bit(IS_NEW + Math.min(bitsOfCount, COUNTS - 1)) === 0) {
    const back = tree(BACK, 32 - Math.clz32(count - 1));
    // Beyond the first colour there is none; any will do, for no sender goes there.
    return back < count ? (colors[count - 1 - back] ?? 0) : ground;
  }
  if (COLORS_MAX <= count) {
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
  if (bits.bit(IS_OFF + own) === 0) {
    return foretold;
  }
  let more = 0;
  while (more < LENGTHS && bits.bit(OFF_LENGTH + own * LENGTHS + more) === 1) {
    more += 1;
  }
  let folded = 1;
  for (; 0 < more; more--) {
    folded = (folded << 1) | bits.evenBit();
  }
  const off = folded & 1 ? ~(folded >> 1) : folded >> 1;
  return (foretold + off) & 0xff;
}

/** A number of `length` bits: the first of them along a tree of models. */
function tree(models: number, length: number): number {
  let node = 1;
  for (let at = 0; at < length; at++) {
    node = (node << 1) | (at < TREE_BITS ? bits.bit(models + node) : bits.evenBit());
  }
  return node - (1 << length);
}

function distance(a: number, b: number): number {
  const channelAt = (shift: number) => Math.abs(((a >> shift) & 0xff) - ((b >> shift) & 0xff));
  return channelAt(0) + channelAt(8) + channelAt(16);
}

function note(memory: Int32Array, place: number, color: number): void {
  const held = memory[place] ?? 0;
  const times = (held & WHITE) === color ? Math.min((held >> 24) + 1, TIMES_MAX) : 1;
  memory[place] = color | (times << 24);
}
