/**
 * Numbers a technician's input and writes it to the session's input stream.
 *
 * @module
 */
import type { SessionId } from "../wire/ids.ts";
import { encodeInputRecord, type InputEvent } from "../wire/input.ts";
import { Writer } from "../wire/write.ts";
import type { Connection } from "./connection.ts";
import type { QualityMeter } from "./quality.ts";

/** Events that wait for the stream to open: a round trip of fast typing and pointing. */
const WAITING_MAX = 256;

export class InputSender {
  readonly #meter: QualityMeter;
  #number = 0;
  #write: ((bytes: Uint8Array<ArrayBuffer>) => void) | undefined;
  readonly #waiting: InputEvent[] = [];

  constructor(connection: Connection, session: SessionId, meter: QualityMeter) {
    this.#meter = meter;
    const opened = (write: (bytes: Uint8Array<ArrayBuffer>) => void) => {
      this.#write = write;
      this.send(this.#waiting.splice(0));
    };
    // A link that ends before the stream is open takes this sender with it.
    connection.openInput(session).then(opened, () => undefined);
  }

  /** Sends events in order; moves were merged before. */
  send(events: readonly InputEvent[]): void {
    if (this.#write === undefined) {
      this.#waiting.push(...events.slice(0, WAITING_MAX - this.#waiting.length));
      return;
    }
    if (events.length === 0) {
      return;
    }
    const out = new Writer();
    for (const event of events) {
      this.#number += 1;
      encodeInputRecord({ number: this.#number, event }, out);
    }
    // Only what a technician looks for in the picture is timed: a mere move seldom changes it.
    if (events.some((event) => event.kind !== "move")) {
      this.#meter.sent(this.#number, performance.now());
    }
    this.#write(out.bytes);
  }
}
