/**
 * Films by WebCodecs: H.264 in Annex B, one picture in and one out. Frames go to the painter as they come.
 *
 * @module
 */
import type { FilmDecoder } from "../screen/films.ts";
import type { PixelRect } from "../wire/screen/grid.ts";

/** Pictures that wait in the decoder: half a second. More means that this computer is too slow for the film. */
const QUEUE_MAX = 15;

/** What our own agents code: constrained baseline, as high as a display needs. */
const USUAL_CODEC = "avc1.42e028";

export interface FilmEvents {
  /** A picture is ready; whoever takes it closes it. `decodeMs` is what it took. */
  shown(frame: VideoFrame, rect: PixelRect, decodeMs: number): void;
  /** Nothing more is shown before the next key picture. */
  failed(): void;
  /** The film is over. */
  closed(): void;
}

let known: Promise<boolean> | undefined;

/** Whether this browser decodes what agents send; looked at once. */
export function canShowFilms(): Promise<boolean> {
  known ??= isUsualCodecThere();
  return known;
}

async function isUsualCodecThere(): Promise<boolean> {
  if (typeof VideoDecoder === "undefined") {
    return false;
  }
  try {
    return (await VideoDecoder.isConfigSupported({ codec: USUAL_CODEC })).supported === true;
  } catch {
    return false;
  }
}

export class WebFilmDecoder implements FilmDecoder {
  readonly #events: FilmEvents;
  #rect: PixelRect;
  #decoder: VideoDecoder | undefined;
  /** When each picture that is in the decoder went in. */
  readonly #begunMs = new Map<number, number>();

  constructor(rect: PixelRect, events: FilmEvents) {
    this.#rect = rect;
    this.#events = events;
  }

  place(rect: PixelRect): void {
    this.#rect = rect;
  }

  decode(bytes: Uint8Array, key: boolean, number: number): boolean {
    try {
      if (key) {
        this.#start(bytes);
      }
      const decoder = this.#decoder;
      if (decoder?.state !== "configured" || QUEUE_MAX < decoder.decodeQueueSize) {
        return false;
      }
      this.#begunMs.set(number, performance.now());
      decoder.decode(new EncodedVideoChunk({ type: key ? "key" : "delta", timestamp: number, data: bytes }));
      return true;
    } catch {
      this.#drop();
      return false;
    }
  }

  close(): void {
    this.#drop();
    this.#events.closed();
  }

  /** Begins with a key picture, in a new decoder where there is none or the last one failed. */
  #start(bytes: Uint8Array): void {
    if (this.#decoder?.state !== "configured" || QUEUE_MAX < this.#decoder.decodeQueueSize) {
      this.#drop();
      const decoder: VideoDecoder = new VideoDecoder({
        output: (frame) => this.#take(frame),
        error: () => this.#fail(decoder),
      });
      this.#decoder = decoder;
    }
    this.#decoder.configure({ codec: codecOf(bytes), optimizeForLatency: true });
  }

  #take(frame: VideoFrame): void {
    const begunMs = this.#begunMs.get(frame.timestamp);
    for (const number of this.#begunMs.keys()) {
      if (number <= frame.timestamp) {
        this.#begunMs.delete(number);
      }
    }
    this.#events.shown(frame, this.#rect, begunMs === undefined ? 0 : performance.now() - begunMs);
  }

  #fail(decoder: VideoDecoder): void {
    if (this.#decoder === decoder) {
      this.#drop();
      this.#events.failed();
    }
  }

  #drop(): void {
    if (this.#decoder && this.#decoder.state !== "closed") {
      this.#decoder.close();
    }
    this.#decoder = undefined;
    this.#begunMs.clear();
  }
}

/** The name of the coding, from the sequence parameters in front of a key picture. */
export function codecOf(bytes: Uint8Array): string {
  const SEQUENCE_PARAMETERS = 7;
  for (let at = 0; at + 6 < bytes.length; at++) {
    const isStart = bytes[at] === 0 && bytes[at + 1] === 0 && bytes[at + 2] === 1;
    if (isStart && ((bytes[at + 3] ?? 0) & 0x1f) === SEQUENCE_PARAMETERS) {
      const profile = bytes.subarray(at + 4, at + 7);
      return `avc1.${Array.from(profile, (byte) => byte.toString(16).padStart(2, "0")).join("")}`;
    }
  }
  return USUAL_CODEC;
}
