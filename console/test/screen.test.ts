/**
 * Updates to pixels: order, epochs, copies, patches, slots, and tiles that cannot be decoded.
 *
 * @module
 */
import { describe, expect, test } from "vitest";

import { joined } from "../src/screen/areas.ts";
import type { PixelDecoder } from "../src/screen/decoder.ts";
import { Inbox } from "../src/screen/inbox.ts";
import { Picture } from "../src/screen/picture.ts";
import { Rendition } from "../src/screen/rendition.ts";
import { SLOTS_OF_BLOCK, Slots } from "../src/screen/slots.ts";
import type { Epoch, RenditionId, SessionId, Slot, TileIndex, Version } from "../src/wire/ids.ts";
import { TILE_SIDE } from "../src/wire/screen/grid.ts";
import type { UpdateHeader } from "../src/wire/screen/header.ts";
import type { Operation } from "../src/wire/screen/operation.ts";
import type { Update } from "../src/wire/screen/update.ts";

/** Three tiles, the last one only 8 pixels wide. */
const EXTENT = { width: 136, height: 2 };

/** Paints a payload's first byte; 0 cannot be decoded. */
const decoder: PixelDecoder = {
  decode: ({ bytes }, width, height) =>
    bytes[0] ? new Uint32Array(width * height).fill(0xff00_0000 + (bytes[0] ?? 0)) : undefined,
  setDictionary: () => undefined,
};

const payload = (color: number) => ({ coding: 0, dictionary: undefined, bytes: Uint8Array.of(color) });

function tile(index: number, version: number, color: number, keep?: number): Operation {
  const slot = keep as Slot | undefined;
  return {
    kind: "tile",
    index: index as TileIndex,
    version: version as Version,
    quality: 255,
    keep: slot,
    payload: payload(color),
  };
}

function copy(version: number, fromX: number, x: number, width: number): Operation {
  const base = (version - 1) as Version;
  return {
    kind: "copy",
    version: version as Version,
    base,
    fromX,
    fromY: 0,
    to: { x, y: 0, width, height: 2 },
  };
}

function patch(index: number, version: number, x: number, width: number, color: number): Operation {
  return {
    kind: "patch",
    index: index as TileIndex,
    version: version as Version,
    base: (version - 1) as Version,
    rect: { x, y: 0, width, height: 2 },
    payload: payload(color),
  };
}

function reuse(index: number, version: number, slot: number): Operation {
  return { kind: "reuse", index: index as TileIndex, version: version as Version, slot: slot as Slot };
}

/** The colours along the first row, `count × colour`. */
function row(picture: Picture | undefined): string {
  const runs: [number, number][] = [];
  for (let x = 0; x < EXTENT.width; x++) {
    const color = picture?.pixels[4 * x] ?? -1;
    const last = runs.at(-1);
    if (last?.[1] === color) {
      last[0] += 1;
    } else {
      runs.push([1, color]);
    }
  }
  return runs.map(([count, color]) => `${count}×${color}`).join(" ");
}

function painted(): Picture {
  const picture = new Picture(EXTENT, decoder);
  picture.apply([tile(0, 1, 1), tile(1, 1, 2), tile(2, 1, 3)]);
  return picture;
}

describe("a picture", () => {
  test("tiles at the edge are cut off", () => {
    const picture = painted();
    expect(row(picture)).toBe("64×1 64×2 8×3");
    expect(picture.pixels[3]).toBe(255);
  });

  test("an older tile is skipped, a newer one is taken", () => {
    const picture = painted();
    expect(picture.apply([tile(0, 3, 9)])).toHaveLength(1);
    expect(picture.apply([tile(0, 2, 8)])).toHaveLength(0);
    expect(row(picture)).toBe("64×9 64×2 8×3");
  });

  test("copies read the picture as it was before the update", () => {
    const picture = painted();
    picture.apply([copy(2, 0, 32, 64), copy(2, 64, 0, 32)]);
    expect(row(picture)).toBe("32×2 64×1 32×2 8×3");
  });

  test("a copy that overlaps itself moves pixels, it does not smear them", () => {
    const picture = painted();
    picture.apply([patch(0, 2, 0, 8, 7)]);
    picture.apply([copy(3, 0, 4, 60)]);
    expect(row(picture)).toBe("12×7 52×1 64×2 8×3");
  });

  test("a patch of the same version follows a copy of the same update", () => {
    const picture = painted();
    picture.apply([copy(2, 64, 0, 64), patch(0, 2, 60, 4, 5)]);
    expect(row(picture)).toBe("60×2 4×5 64×2 8×3");
  });

  test("a copy is skipped only for the tiles that are newer", () => {
    const picture = painted();
    picture.apply([tile(1, 5, 9)]);
    picture.apply([copy(4, 128, 60, 8)]);
    expect(row(picture)).toBe("60×1 4×3 64×9 8×3");
  });

  test("a kept tile is shown again, even if it came too late to be shown itself", () => {
    const picture = painted();
    picture.apply([tile(0, 3, 9)]);
    picture.apply([tile(0, 2, 8, 17)]);
    picture.apply([reuse(1, 4, 17)]);
    expect(row(picture)).toBe("64×9 64×8 8×3");
  });

  test("a slot that was never filled, or holds another size, breaks the tile", () => {
    const picture = painted();
    picture.apply([tile(0, 2, 8, 17), reuse(1, 2, 18), reuse(2, 2, 17)]);
    expect([...picture.broken]).toEqual([1, 2]);
  });

  test("what reads a broken tile is broken, until a whole tile of any version mends it", () => {
    const picture = painted();
    picture.apply([tile(0, 2, 0)]);
    expect([...picture.broken]).toEqual([0]);
    picture.apply([copy(3, 0, 64, 64)]);
    picture.apply([patch(0, 3, 0, 8, 7)]);
    expect([...picture.broken]).toEqual([0, 1]);
    picture.apply([tile(0, 2, 4), tile(1, 3, 5)]);
    expect(picture.broken.size).toBe(0);
    expect(row(picture)).toBe("64×4 64×5 8×3");
  });

  test("a tile that never came cannot be read", () => {
    const picture = new Picture(EXTENT, decoder);
    picture.apply([tile(0, 1, 1)]);
    picture.apply([copy(2, 64, 0, 64), patch(2, 2, 0, 4, 3)]);
    expect([...picture.broken].sort()).toEqual([0, 2]);
  });
});

function header(number: number, more: Partial<UpdateHeader> = {}): UpdateHeader {
  return {
    session: 1n as SessionId,
    rendition: 4 as RenditionId,
    epoch: 1n as Epoch,
    extent: EXTENT,
    number,
    after: 0,
    capturedUs: 0,
    newest: 1 as Version,
    inputs: [],
    length: 100,
    ...more,
  };
}

function drain(inbox: Inbox<{ header: UpdateHeader }>, ...arriving: UpdateHeader[]): number[][] {
  return arriving.map((one) => {
    inbox.receive({ header: one });
    const ready: number[] = [];
    for (let next = inbox.poll(); next !== undefined; next = inbox.poll()) {
      ready.push(next.header.number);
    }
    return ready;
  });
}

describe("an inbox", () => {
  test("an update waits for the one that it comes after, and no other", () => {
    const inbox = new Inbox<{ header: UpdateHeader }>();
    const order = drain(inbox, header(3, { after: 1 }), header(4), header(2, { after: 1 }), header(1));
    expect(order).toEqual([[], [4], [], [1, 2, 3]]);
    expect(inbox.applied).toBe(4);
  });

  test("the number answered has no gap below it", () => {
    const inbox = new Inbox<{ header: UpdateHeader }>();
    drain(inbox, header(2), header(3));
    expect(inbox.applied).toBe(0);
    drain(inbox, header(1));
    expect(inbox.applied).toBe(3);
  });

  test("of two epochs the one with the higher number counts, whichever comes first", () => {
    const inbox = new Inbox<{ header: UpdateHeader }>();
    const order = drain(inbox, header(1), header(4, { epoch: 2n as Epoch }), header(3), header(2));
    expect(order).toEqual([[1], [4], [], []]);
    expect(inbox.applied).toBe(4);
    expect(inbox.outdated).toBe(2);
  });

  test.each([
    ["a number that came before", [header(1), header(1)], /came twice/],
    ["a number that is waiting", [header(3, { after: 2 }), header(3, { after: 2 })], /came twice/],
    ["a number far ahead", [header(20_000)], /ahead/],
    ["an epoch with two sizes", [header(1), header(2, { extent: { width: 1, height: 1 } })], /two sizes/],
    [
      "more bytes than may wait",
      Array.from({ length: 17 }, (_, at) => header(at + 2, { after: 1, length: 1 << 20 })),
      /wait/,
    ],
  ])("%s is refused", (_, arriving, error) => {
    expect(() => drain(new Inbox(), ...arriving)).toThrow(error);
  });
});

describe("a rendition", () => {
  const update = (number: number, operations: Operation[], more: Partial<UpdateHeader> = {}): Update => ({
    header: header(number, more),
    operations,
  });

  test("a new epoch begins a new picture", () => {
    const rendition = new Rendition(() => decoder);
    rendition.receive(update(1, [tile(0, 9, 1)]));
    const extent = { width: 64, height: 2 };
    rendition.receive(update(2, [tile(0, 1, 2)], { epoch: 2n as Epoch, extent }));
    expect(rendition.picture?.extent).toEqual(extent);
    expect(rendition.picture?.pixels[0]).toBe(2);
  });

  test("what comes for a display that is no longer looked at only counts", () => {
    const rendition = new Rendition(() => decoder);
    rendition.receive(update(1, [tile(0, 1, 1)]));
    rendition.forget();
    expect(rendition.receive(update(2, [tile(0, 2, 2)]))).toEqual([]);
    expect(rendition.applied).toBe(2);
    expect(rendition.picture).toBeUndefined();
    rendition.want();
    rendition.receive(update(3, [tile(0, 2, 3)]));
    expect(rendition.picture?.pixels[0]).toBe(3);
  });

  test("broken tiles are asked for once a second, until they are mended", () => {
    const rendition = new Rendition(() => decoder);
    rendition.receive(update(1, [tile(0, 1, 0), tile(1, 1, 1)]));
    expect(rendition.takeRefresh(0)).toEqual([0]);
    expect(rendition.takeRefresh(999)).toEqual([]);
    expect(rendition.takeRefresh(1000)).toEqual([0]);
    rendition.receive(update(2, [tile(0, 1, 4)]));
    expect(rendition.takeRefresh(5000)).toEqual([]);
  });
});

test("areas that changed are joined to as few as have the same pixels", () => {
  const tile = (x: number, y: number) => ({ x: 64 * x, y: 64 * y, width: 64, height: 64 });
  const rows = [0, 1, 2].flatMap((y) => [1, 2, 3].map((x) => tile(x, y)));
  expect(joined(rows)).toEqual([{ x: 64, y: 0, width: 192, height: 192 }]);
  const apart = [tile(0, 0), tile(2, 0), tile(2, 1), tile(0, 2), tile(1, 2)];
  expect(joined(apart)).toEqual([
    tile(0, 0),
    { x: 128, y: 0, width: 64, height: 128 },
    { x: 0, y: 128, width: 128, height: 64 },
  ]);
  expect(joined([])).toEqual([]);
});

describe("slots", () => {
  const tile = (value: number, pixels: number) => new Uint32Array(pixels).fill(value);
  const whole = { width: TILE_SIDE, height: TILE_SIDE };

  test("keep a copy of each tile, apart from its neighbours, until they are filled again", () => {
    const slots = new Slots();
    const pixels = tile(1, TILE_SIDE * TILE_SIDE);
    slots.fill(0 as Slot, whole, pixels);
    pixels.fill(9);
    slots.fill(1 as Slot, { width: 3, height: 2 }, tile(2, 6));
    expect(slots.get(0 as Slot, whole)).toEqual(tile(1, TILE_SIDE * TILE_SIDE));
    expect(slots.get(1 as Slot, { width: 3, height: 2 })).toEqual(tile(2, 6));
    slots.fill(0 as Slot, { width: 3, height: 2 }, tile(3, 6));
    expect(slots.get(0 as Slot, { width: 3, height: 2 })).toEqual(tile(3, 6));
  });

  test("give nothing for another size, for what was emptied, and for what was never filled", () => {
    const slots = new Slots();
    const last = (2 * SLOTS_OF_BLOCK - 1) as Slot;
    slots.fill(last, whole, tile(1, TILE_SIDE * TILE_SIDE));
    expect(slots.get(last, whole)?.[TILE_SIDE]).toBe(1);
    expect(slots.get(last, { width: 3, height: 2 })).toBeUndefined();
    slots.empty(last);
    expect(slots.get(last, whole)).toBeUndefined();
    expect(slots.get(7 as Slot, whole)).toBeUndefined();
  });
});
