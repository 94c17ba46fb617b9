/**
 * Listens to mouse and keyboard over the picture and hands on what they mean. The only file of `input` that
 * touches the page; what the events mean is decided in `keyboard`, `pointer` and `merge`.
 *
 * @module
 */
import type { InputEvent } from "../wire/input.ts";
import type { Extent } from "../wire/screen/grid.ts";
import { Keyboard } from "./keyboard.ts";
import { MoveMerger } from "./merge.ts";
import { pointerAt, Wheel } from "./pointer.ts";

export interface CaptureTarget {
  /** Which display the picture is, and its size in physical pixels. */
  place(): { display: number; size: Extent };
  /** Whether input reaches the endpoint. */
  isActive(): boolean;
  send(events: readonly InputEvent[]): void;
  /** Ctrl-Alt-Home: the keyboard goes back to the page, which otherwise could not be reached without a mouse. */
  leave(): void;
}

const BUTTON_MAX = 4;

export class InputCapture {
  readonly #canvas: HTMLElement;
  readonly #keys: HTMLTextAreaElement;
  readonly #target: CaptureTarget;
  readonly #keyboard = new Keyboard();
  readonly #wheel = new Wheel();
  readonly #moves = new MoveMerger();
  readonly #buttons = new Set<number>();
  readonly #stop = new AbortController();
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(canvas: HTMLElement, keys: HTMLTextAreaElement, target: CaptureTarget) {
    this.#canvas = canvas;
    this.#keys = keys;
    this.#target = target;
    this.#listenToMouse();
    this.#listenToKeys();
  }

  /** Stops listening, and releases what is held. */
  close(): void {
    this.#stop.abort();
    clearTimeout(this.#timer);
    this.#releaseAll();
  }

  #listenToMouse(): void {
    const options = { signal: this.#stop.signal };
    const canvas = this.#canvas;
    // A captured pointer keeps reporting outside of the canvas, so a drag ends where the button goes up.
    canvas.addEventListener("pointerdown", (event) => canvas.setPointerCapture(event.pointerId), options);
    canvas.addEventListener("pointermove", (event) => this.#move(event), options);
    canvas.addEventListener("mousedown", (event) => this.#button(event, true), options);
    canvas.addEventListener("mouseup", (event) => this.#button(event, false), options);
    canvas.addEventListener("contextmenu", (event) => event.preventDefault(), options);
    canvas.addEventListener("wheel", (event) => this.#turn(event), { ...options, passive: false });
  }

  #listenToKeys(): void {
    const options = { signal: this.#stop.signal };
    const keys = this.#keys;
    keys.addEventListener("keydown", (event) => this.#key(event), options);
    keys.addEventListener("keyup", (event) => this.#push(this.#keyboard.up(event)), options);
    keys.addEventListener("compositionend", (event) => this.#composed(event.data), options);
    keys.addEventListener("input", (event) => this.#typed(event as globalThis.InputEvent), options);
    keys.addEventListener("blur", () => this.#releaseAll(), options);
    window.addEventListener("blur", () => this.#releaseAll(), options);
  }

  #move(event: PointerEvent): void {
    if (this.#target.isActive()) {
      this.#push([{ kind: "move", at: this.#at(event) }]);
    }
  }

  #button(event: MouseEvent, down: boolean): void {
    if (!this.#target.isActive() || BUTTON_MAX < event.button) {
      return;
    }
    // The browser's own default would move the focus away from the keyboard, scroll, or go back a page.
    event.preventDefault();
    if (down) {
      this.#buttons.add(event.button);
    } else if (!this.#buttons.delete(event.button)) {
      return;
    }
    this.#push([{ kind: "button", at: this.#at(event), button: event.button, down }]);
  }

  #turn(event: WheelEvent): void {
    if (!this.#target.isActive()) {
      return;
    }
    event.preventDefault();
    const turned = this.#wheel.turn(event);
    if (turned) {
      this.#push([{ kind: "wheel", at: this.#at(event), ...turned }]);
    }
  }

  #key(event: KeyboardEvent): void {
    if (!this.#target.isActive()) {
      return;
    }
    if (event.ctrlKey && event.altKey && event.code === "Home") {
      event.preventDefault();
      this.#releaseAll();
      this.#target.leave();
      return;
    }
    const events = this.#keyboard.down(event);
    if (events) {
      event.preventDefault();
      this.#push(events);
    }
  }

  #composed(text: string): void {
    this.#keys.value = "";
    if (this.#target.isActive()) {
      this.#push(this.#keyboard.text(text));
    }
  }

  /** Text that came by no key of ours: an on-screen keyboard, or a dead key that was not announced. */
  #typed(event: globalThis.InputEvent): void {
    if (!event.isComposing && event.inputType === "insertText" && event.data !== null) {
      this.#composed(event.data);
    }
  }

  #at(event: MouseEvent) {
    const { display, size } = this.#target.place();
    return pointerAt(event.clientX, event.clientY, this.#canvas.getBoundingClientRect(), display, size);
  }

  #releaseAll(): void {
    const keys = this.#keyboard.release();
    const held = 0 < keys.length || 0 < this.#buttons.size;
    this.#buttons.clear();
    if (held) {
      this.#push([{ kind: "release" }]);
    }
  }

  #push(events: readonly InputEvent[]): void {
    const now = performance.now();
    this.#target.send(events.flatMap((event) => this.#moves.push(event, now)));
    this.#schedule();
  }

  #schedule(): void {
    const deadline = this.#moves.deadlineMs;
    if (deadline === undefined || this.#timer !== undefined) {
      return;
    }
    const tick = () => {
      this.#timer = undefined;
      this.#target.send(this.#moves.tick(performance.now()));
      this.#schedule();
    };
    this.#timer = setTimeout(tick, Math.max(0, deadline - performance.now()));
  }
}
