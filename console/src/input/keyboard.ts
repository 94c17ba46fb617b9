/**
 * What a technician's keyboard means for an endpoint. Pure: browser events in, input events out.
 *
 * - A key travels as its physical place (`code`) and what it means here (`key`); the endpoint chooses.
 * - A held key is pressed once: the endpoint repeats it by its own rule, so a slow line adds no letters.
 * - Dead keys and input methods are left to the browser; what they compose travels as text.
 * - Ctrl-Alt-Del stays with the technician's own computer, in full screen too; a button sends it (`CTRL_ALT_DEL`).
 * - What is down here is known, so that a lost focus, a lost Meta release (macOS) or the Control that Windows
 *   invents before AltGr leave no key pressed there.
 *
 * @module
 */
import type { InputEvent } from "../wire/input.ts";
import { INPUT_TEXT_BYTES_MAX, KEY_NAME_BYTES_MAX } from "../wire/limits.ts";

/** What is read of a `KeyboardEvent`. */
export interface KeyLike {
  readonly code: string;
  readonly key: string;
  readonly repeat: boolean;
  readonly isComposing: boolean;
  readonly timeStamp: number;
}

/** Keys whose meaning is not known until the browser has composed them. */
const COMPOSING = new Set(["Dead", "Process", "Compose", "Unidentified"]);

/** Windows sends both within one message; a person needs more than this between two keys. */
const PHANTOM_CONTROL_MS = 5;

const UTF8 = new TextEncoder();

export class Keyboard {
  /** The key that went down at each place. */
  readonly #held = new Map<string, string>();
  #controlDownAt = Number.NEGATIVE_INFINITY;
  #controlIsPhantom = false;

  /** A key went down. `undefined`: it is for the browser or this computer, so its default must not be prevented. */
  down(event: KeyLike): InputEvent[] | undefined {
    if (event.isComposing || COMPOSING.has(event.key)) {
      return undefined;
    }
    if (event.repeat || this.#held.has(event.code)) {
      return [];
    }
    if (event.key === "Delete" && this.#holds("Control") && this.#holds("Alt")) {
      return undefined;
    }
    if (event.code === "ControlLeft") {
      if (this.#controlIsPhantom) {
        return [];
      }
      this.#controlDownAt = event.timeStamp;
    }
    const before = event.key === "AltGraph" ? this.#withdrawControl(event.timeStamp) : [];
    this.#held.set(event.code, event.key);
    return [...before, key(true, event.code, event.key)];
  }

  /** A key went up. */
  up(event: KeyLike): InputEvent[] {
    if (event.code === "ControlLeft") {
      this.#controlIsPhantom = false;
    }
    const name = this.#held.get(event.code);
    if (name === undefined) {
      return [];
    }
    this.#held.delete(event.code);
    const released = [key(false, event.code, name)];
    return name === "Meta" ? [...released, ...this.#releaseOrdinary()] : released;
  }

  /** The browser composed a text. */
  text(text: string): InputEvent[] {
    return inPieces(text).map((piece) => ({ kind: "text", text: piece }));
  }

  /** The focus is lost, or control is given up. */
  release(): InputEvent[] {
    const wasHeld = 0 < this.#held.size;
    this.#held.clear();
    this.#controlIsPhantom = false;
    return wasHeld ? [{ kind: "release" }] : [];
  }

  #holds(name: string): boolean {
    return [...this.#held.values()].includes(name);
  }

  #withdrawControl(now: number): InputEvent[] {
    const name = this.#held.get("ControlLeft");
    if (name === undefined || PHANTOM_CONTROL_MS < now - this.#controlDownAt) {
      return [];
    }
    this.#controlIsPhantom = true;
    this.#held.delete("ControlLeft");
    return [key(false, "ControlLeft", name)];
  }

  /** macOS reports no key up for what was released while Meta was down. */
  #releaseOrdinary(): InputEvent[] {
    const events: InputEvent[] = [];
    for (const [code, name] of this.#held) {
      if (!MODIFIERS.has(name)) {
        this.#held.delete(code);
        events.push(key(false, code, name));
      }
    }
    return events;
  }
}

const MODIFIERS = new Set(["Shift", "Control", "Alt", "AltGraph", "Meta"]);

/** A press and release of keys one within the other, such as Ctrl-Alt-Del. */
export function chord(...keys: readonly { code: string; key: string }[]): InputEvent[] {
  const downs = keys.map((one) => key(true, one.code, one.key));
  const ups = keys.toReversed().map((one) => key(false, one.code, one.key));
  return [...downs, ...ups];
}

export const CTRL_ALT_DEL = chord(
  { code: "ControlLeft", key: "Control" },
  { code: "AltLeft", key: "Alt" },
  { code: "Delete", key: "Delete" },
);

function key(down: boolean, code: string, name: string): InputEvent {
  // A name longer than any of W3C's is some extension's; the physical place still says enough.
  const meaning = UTF8.encode(name).length <= KEY_NAME_BYTES_MAX ? name : "";
  return { kind: "key", down, code: code.slice(0, KEY_NAME_BYTES_MAX), key: meaning };
}

/** Cuts between characters, so that each piece fits one record. */
function inPieces(text: string): string[] {
  const pieces: string[] = [];
  let piece = "";
  for (const character of text) {
    if (INPUT_TEXT_BYTES_MAX < UTF8.encode(piece + character).length) {
      pieces.push(piece);
      piece = "";
    }
    piece += character;
  }
  return piece === "" ? pieces : [...pieces, piece];
}
