/**
 * The endpoint's clipboard on this page: what was copied there, what is fetched of it, and what is put there.
 *
 * @module
 */
import { t } from "../../../i18n/i18n.svelte.ts";
import type { LiveSession } from "../../../state/live-session.svelte.ts";
import { ToolTalk } from "../../../state/tool-talk.ts";
import {
  type Content,
  type Failed,
  Failure,
  Format,
  type FromClipboard,
  FromClipboardSchema,
  ToClipboardSchema,
} from "../../../wire/generated/tools_pb.ts";
import { CLIPBOARD_BYTES_MAX, TOOL_PIECE_BYTES_MAX } from "../../../wire/limits.ts";
import { StreamKind } from "../../../wire/stream.ts";

/** One thing in a clipboard, in its forms. */
export interface Clip {
  readonly text?: string;
  readonly html?: string;
  readonly png?: Uint8Array<ArrayBuffer>;
}

/** What the endpoint has that could be fetched. */
export interface Offer {
  readonly change: bigint;
  readonly formats: readonly Format[];
}

type Settle = { resolve(clip: Clip): void; reject(error: Error): void };

export class Sharing {
  /** What was copied at the endpoint last. */
  offer = $state.raw<Offer | undefined>();
  isOpen = $state(true);
  readonly #talk: ToolTalk<typeof ToClipboardSchema, typeof FromClipboardSchema>;
  readonly #waiting = new Map<number, Settle>();
  #last = 0;
  #content: { readonly head: Content; readonly pieces: Uint8Array[]; left: number } | undefined;
  /** Puts go one behind the other: their pieces have no numbers. */
  #puts: Promise<unknown> = Promise.resolve();

  constructor(session: LiveSession) {
    this.#talk = new ToolTalk(session.open(StreamKind.Clipboard), ToClipboardSchema, FromClipboardSchema);
    void this.#run();
  }

  /** Fetches what was offered, or what is there now. */
  fetch(change = 0n): Promise<Clip> {
    return this.#ask((request) => this.#talk.say({ body: { case: "fetch", value: { request, change } } }));
  }

  /** Puts something into the endpoint's clipboard; resolves once it is there. */
  async put(clip: Clip): Promise<void> {
    const forms = formsOf(clip);
    const bytes = forms.reduce((sum, [, form]) => sum + form.length, 0);
    if (CLIPBOARD_BYTES_MAX < bytes) {
      throw new Error(t("clipboard-too-large", { limit: CLIPBOARD_BYTES_MAX / 2 ** 20 }));
    }
    await this.#ask((request) => {
      this.#puts = this.#puts.then(() => this.#send(request, forms));
      return this.#puts;
    });
  }

  close(): void {
    this.#talk.close();
  }

  async #send(request: number, forms: readonly [Format, Uint8Array][]): Promise<void> {
    const items = forms.map(([format, { length }]) => ({ format, bytes: length }));
    await this.#talk.say({ body: { case: "put", value: { request, items } } });
    for (const [, form] of forms) {
      for (let at = 0; at < form.length; at += TOOL_PIECE_BYTES_MAX) {
        const value = form.subarray(at, at + TOOL_PIECE_BYTES_MAX);
        await this.#talk.say({ body: { case: "piece", value } });
      }
    }
  }

  #ask(say: (request: number) => Promise<unknown>): Promise<Clip> {
    this.#last += 1;
    const request = this.#last;
    return new Promise((resolve, reject) => {
      if (!this.isOpen) {
        reject(new Error(t("clipboard-closed")));
        return;
      }
      this.#waiting.set(request, { resolve, reject });
      void say(request);
    });
  }

  async #run(): Promise<void> {
    try {
      for await (const message of this.#talk.heard()) {
        this.#take(message);
      }
    } catch {
      // What is no message is as good as a line that broke.
    }
    this.isOpen = false;
    for (const { reject } of this.#waiting.values()) {
      reject(new Error(t("clipboard-closed")));
    }
    this.#waiting.clear();
  }

  #take({ body }: FromClipboard): void {
    switch (body.case) {
      case "changed":
        this.offer = { change: body.value.change, formats: body.value.items.map(({ format }) => format) };
        break;
      case "content":
        this.#content = {
          head: body.value,
          pieces: [],
          left: body.value.items.reduce((sum, { bytes }) => sum + bytes, 0),
        };
        if (CLIPBOARD_BYTES_MAX < this.#content.left) {
          this.#talk.close();
        }
        this.#finish();
        break;
      case "piece":
        if (this.#content) {
          this.#content.pieces.push(body.value);
          this.#content.left -= body.value.length;
          this.#finish();
        }
        break;
      case "stored":
        this.#settle(body.value.request)?.resolve({});
        break;
      case "failed":
        this.#settle(body.value.request)?.reject(new Error(failureText(body.value)));
    }
  }

  #finish(): void {
    const content = this.#content;
    if (content && content.left <= 0) {
      this.#content = undefined;
      this.#settle(content.head.request)?.resolve(clipOf(content.head, content.pieces));
    }
  }

  #settle(request: number): Settle | undefined {
    const settle = this.#waiting.get(request);
    this.#waiting.delete(request);
    return settle;
  }
}

function formsOf({ text, html, png }: Clip): readonly [Format, Uint8Array][] {
  const encoder = new TextEncoder();
  return [
    ...(text === undefined ? [] : [[Format.TEXT, encoder.encode(text)] as [Format, Uint8Array]]),
    ...(html === undefined ? [] : [[Format.HTML, encoder.encode(html)] as [Format, Uint8Array]]),
    ...(png === undefined ? [] : [[Format.PNG, png] as [Format, Uint8Array]]),
  ];
}

function clipOf({ items }: Content, pieces: readonly Uint8Array[]): Clip {
  const whole = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  at = 0;
  let clip: Clip = {};
  for (const { format, bytes } of items) {
    const form = whole.slice(at, at + bytes);
    at += bytes;
    if (format === Format.TEXT) {
      clip = { ...clip, text: new TextDecoder().decode(form) };
    } else if (format === Format.HTML) {
      clip = { ...clip, html: new TextDecoder().decode(form) };
    } else if (format === Format.PNG) {
      clip = { ...clip, png: form };
    }
  }
  return clip;
}

function failureText({ why, detail }: Failed): string {
  switch (why) {
    case Failure.NOT_ALLOWED:
      return t("clipboard-not-allowed");
    case Failure.NOT_YOURS:
      return t("clipboard-not-yours");
    case Failure.NOT_THERE:
      return t("clipboard-not-there");
    default:
      return detail || t("clipboard-failed");
  }
}
