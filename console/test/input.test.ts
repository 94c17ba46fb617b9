/**
 * Mouse and keyboard: what browser events become on the wire.
 *
 * @module
 */
import { describe, expect, test } from "vitest";

import { CTRL_ALT_DEL, Keyboard, type KeyLike } from "../src/input/keyboard.ts";
import { MERGE_MS, MoveMerger } from "../src/input/merge.ts";
import { pictureBox } from "../src/input/picture-box.ts";
import { pointerAt, Wheel } from "../src/input/pointer.ts";
import type { InputEvent } from "../src/wire/input.ts";

function key(code: string, name: string, more: Partial<KeyLike> = {}): KeyLike {
  return { code, key: name, repeat: false, isComposing: false, timeStamp: 0, ...more };
}

/** Short forms: `+KeyA:a` went down, `-KeyA:a` went up, `"é"` text, `release`. */
function brief(events: readonly InputEvent[] | undefined): string[] {
  return (events ?? []).map((event) => {
    switch (event.kind) {
      case "key":
        return `${event.down ? "+" : "-"}${event.code}:${event.key}`;
      case "text":
        return JSON.stringify(event.text);
      default:
        return event.kind;
    }
  });
}

describe("keyboard", () => {
  test("a key travels as its place and its character", () => {
    const keyboard = new Keyboard();
    expect(brief(keyboard.down(key("KeyQ", "a")))).toEqual(["+KeyQ:a"]);
    expect(brief(keyboard.up(key("KeyQ", "a")))).toEqual(["-KeyQ:a"]);
  });

  test("a held key is pressed once, however often the browser repeats it", () => {
    const keyboard = new Keyboard();
    keyboard.down(key("KeyA", "a"));
    expect(keyboard.down(key("KeyA", "a", { repeat: true }))).toEqual([]);
    expect(keyboard.down(key("KeyA", "a"))).toEqual([]);
    expect(brief(keyboard.up(key("KeyA", "a")))).toEqual(["-KeyA:a"]);
  });

  test("a key goes up as what it went down as, even when Shift was let go in between", () => {
    const keyboard = new Keyboard();
    keyboard.down(key("ShiftLeft", "Shift"));
    keyboard.down(key("KeyA", "A"));
    keyboard.up(key("ShiftLeft", "Shift"));
    expect(brief(keyboard.up(key("KeyA", "a")))).toEqual(["-KeyA:A"]);
  });

  test("a key up without its key down says nothing", () => {
    expect(new Keyboard().up(key("Enter", "Enter"))).toEqual([]);
  });

  test.each(["Dead", "Process", "Unidentified"])(
    "a %s key is left to the browser, its text is sent",
    (name) => {
      const keyboard = new Keyboard();
      expect(keyboard.down(key("BracketLeft", name))).toBeUndefined();
      expect(keyboard.down(key("KeyE", "e", { isComposing: true }))).toBeUndefined();
      expect(keyboard.up(key("KeyE", "e"))).toEqual([]);
      expect(brief(keyboard.text("ê"))).toEqual(['"ê"']);
    },
  );

  test("long text is cut between characters", () => {
    const text = "ü".repeat(300) + "🙂".repeat(100);
    const pieces = new Keyboard().text(text).map((event) => (event.kind === "text" ? event.text : ""));
    expect(pieces.join("")).toBe(text);
    expect(pieces.every((piece) => new TextEncoder().encode(piece).length <= 512)).toBe(true);
  });

  test("the Control that Windows invents before AltGr is taken back", () => {
    const keyboard = new Keyboard();
    expect(brief(keyboard.down(key("ControlLeft", "Control", { timeStamp: 100 })))).toEqual([
      "+ControlLeft:Control",
    ]);
    expect(brief(keyboard.down(key("AltRight", "AltGraph", { timeStamp: 101 })))).toEqual([
      "-ControlLeft:Control",
      "+AltRight:AltGraph",
    ]);
    expect(keyboard.down(key("ControlLeft", "Control", { timeStamp: 600 }))).toEqual([]);
    expect(brief(keyboard.down(key("KeyQ", "@")))).toEqual(["+KeyQ:@"]);
    expect(keyboard.up(key("ControlLeft", "Control"))).toEqual([]);
    expect(brief(keyboard.up(key("AltRight", "AltGraph")))).toEqual(["-AltRight:AltGraph"]);
  });

  test("a Control that a person holds before AltGr stays", () => {
    const keyboard = new Keyboard();
    keyboard.down(key("ControlLeft", "Control", { timeStamp: 100 }));
    expect(brief(keyboard.down(key("AltRight", "AltGraph", { timeStamp: 400 })))).toEqual([
      "+AltRight:AltGraph",
    ]);
  });

  test("a lost focus releases everything, once", () => {
    const keyboard = new Keyboard();
    keyboard.down(key("ShiftLeft", "Shift"));
    keyboard.down(key("KeyA", "A"));
    expect(brief(keyboard.release())).toEqual(["release"]);
    expect(keyboard.release()).toEqual([]);
    expect(keyboard.up(key("KeyA", "a"))).toEqual([]);
  });

  test("letting go of Meta lets go of what macOS no longer reports", () => {
    const keyboard = new Keyboard();
    keyboard.down(key("MetaLeft", "Meta"));
    keyboard.down(key("ShiftLeft", "Shift"));
    keyboard.down(key("KeyC", "c"));
    expect(brief(keyboard.up(key("MetaLeft", "Meta")))).toEqual(["-MetaLeft:Meta", "-KeyC:c"]);
  });

  test("S186 Ctrl-Alt-Del on the technician's own keyboard stays with his own computer", () => {
    const keyboard = new Keyboard();
    keyboard.down(key("ControlLeft", "Control"));
    keyboard.down(key("AltLeft", "Alt"));
    expect(keyboard.down(key("Delete", "Delete"))).toBeUndefined();
    expect(keyboard.up(key("Delete", "Delete"))).toEqual([]);
    keyboard.up(key("AltLeft", "Alt"));
    expect(brief(keyboard.down(key("Delete", "Delete")))).toEqual(["+Delete:Delete"]);
  });

  test("S171 Ctrl-Alt-Del is sent as keys, each let go again", () => {
    expect(brief(CTRL_ALT_DEL)).toEqual([
      "+ControlLeft:Control",
      "+AltLeft:Alt",
      "+Delete:Delete",
      "-Delete:Delete",
      "-AltLeft:Alt",
      "-ControlLeft:Control",
    ]);
  });

  test.each([
    ["F5", "F5"],
    ["MetaLeft", "Meta"],
    ["AltLeft", "Alt"],
    ["Tab", "Tab"],
    ["Escape", "Escape"],
  ])("S185 %s goes to the remote computer", (code, name) => {
    expect(brief(new Keyboard().down(key(code, name)))).toEqual([`+${code}:${name}`]);
  });
});

describe("pointer", () => {
  const size = { width: 1920, height: 1080 };

  test.each([
    ["the first pixel", 100, 50, 0, 0],
    ["inside of the first pixel", 100.49, 50.49, 0, 0],
    ["the last pixel", 1059.9, 589.9, 1919, 1079],
    ["left of the picture", 20, 60, 0, 20],
    ["below and right of it", 5000, 5000, 1919, 1079],
  ])("at half size, %s", (_, clientX, clientY, x, y) => {
    const box = { left: 100, top: 50, width: 960, height: 540 };
    expect(pointerAt(clientX, clientY, box, 1, size)).toEqual({ display: 1, x, y });
  });

  test("before there is a picture nothing is outside of it", () => {
    const box = { left: 0, top: 0, width: 0, height: 0 };
    expect(pointerAt(10, 10, box, 0, { width: 1, height: 1 })).toEqual({ display: 0, x: 0, y: 0 });
  });
});

describe("wheel", () => {
  test.each([
    ["pixels", 0, 100],
    ["lines", 1, 3],
    ["pages", 2, 1],
  ])("a notch in %s is 120", (_, deltaMode, deltaY) => {
    expect(new Wheel().turn({ deltaX: 0, deltaY, deltaMode })).toEqual({ dx: 0, dy: 120 });
  });

  test("the small steps of a touch pad add up to the same", () => {
    const wheel = new Wheel();
    let sum = 0;
    for (let step = 0; step < 1000; step++) {
      sum += wheel.turn({ deltaX: 0, deltaY: -0.7, deltaMode: 0 })?.dy ?? 0;
    }
    // Fractions are binary: the last unit may still be on its way.
    expect(Math.abs(sum + 840)).toBeLessThanOrEqual(1);
  });
});

describe("merging of moves", () => {
  const move = (x: number): InputEvent => ({ kind: "move", at: { display: 0, x, y: 0 } });
  const press: InputEvent = { kind: "button", at: { display: 0, x: 9, y: 0 }, button: 0, down: true };

  test("the first goes at once, the newest after a while", () => {
    const merger = new MoveMerger();
    expect(merger.push(move(1), 100)).toEqual([move(1)]);
    expect(merger.push(move(2), 101)).toEqual([]);
    expect(merger.push(move(3), 103)).toEqual([]);
    expect(merger.deadlineMs).toBe(100 + MERGE_MS);
    expect(merger.tick(100 + MERGE_MS)).toEqual([move(3)]);
    expect(merger.deadlineMs).toBeUndefined();
  });

  test("a press is never merged, and comes behind the move before it", () => {
    const merger = new MoveMerger();
    merger.push(move(1), 0);
    merger.push(move(2), 1);
    expect(merger.push(press, 2)).toEqual([move(2), press]);
    expect(merger.push(press, 2)).toEqual([press]);
  });
});

describe("place of the picture", () => {
  const picture = { width: 1920, height: 1080 };

  test("S180 scaled, it fits the stage and is centred", () => {
    const box = pictureBox(picture, { width: 1280, height: 676 }, 1, "scaled");
    expect(box).toEqual({ left: 39, top: 0, width: 1201, height: 676 });
  });

  test("S180 at actual size, one remote pixel is one device pixel", () => {
    expect(pictureBox(picture, { width: 1280, height: 676 }, 1, "actual")).toMatchObject({
      width: 1920,
      height: 1080,
    });
    expect(pictureBox(picture, { width: 1280, height: 676 }, 2, "actual")).toMatchObject({
      width: 960,
      height: 540,
    });
  });

  test.each([1, 1.25, 1.5, 2, 3])("its edges fall on device pixels at a ratio of %d", (ratio) => {
    for (const width of [1023, 1024, 1279.5, 1920]) {
      const box = pictureBox(picture, { width, height: 677 }, ratio, "scaled");
      for (const edge of Object.values(box)) {
        expect(Math.abs(edge * ratio - Math.round(edge * ratio))).toBeLessThan(1e-9);
      }
    }
  });
});
