/**
 * The control stream, mirroring `engine/wire/src/control.rs`: protobuf messages, each behind its length.
 *
 * The types are generated from `engine/wire/proto/control.proto` by `npm run generate` and are not committed:
 * the schema is the one source, and a stale copy could only hide a difference.
 *
 * @module
 */
import { create, fromBinary, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import { DecodeError } from "./error.ts";
import { type Control, ControlSchema } from "./generated/control_pb.ts";
import { CONTROL_BYTES_MAX } from "./limits.ts";

/** The body of a control message: `{ case, value }`. */
export type ControlBody = Exclude<Control["body"], { case: undefined }>;

const LENGTH_BYTES = 4;

/** The names of the messages. */
export type ControlCase = ControlBody["case"];

/** The fields of a message; those left out have their defaults. */
export type MessageInit<Case extends ControlCase> = Extract<
  NonNullable<MessageInitShape<typeof ControlSchema>["body"]>,
  { case: Case }
>["value"];

/** `length u32 | Control`. */
export function encodeControl<Case extends ControlCase>(
  name: Case,
  value: MessageInit<Case>,
): Uint8Array<ArrayBuffer> {
  const body = { case: name, value } as MessageInitShape<typeof ControlSchema>["body"];
  const message = toBinary(ControlSchema, create(ControlSchema, { ...(body && { body }) }));
  const framed = new Uint8Array(LENGTH_BYTES + message.length);
  new DataView(framed.buffer).setUint32(0, message.length);
  framed.set(message, LENGTH_BYTES);
  return framed;
}

/** Takes whole messages off a stream that arrives in pieces. */
export class ControlReader {
  #pending = new Uint8Array(0);

  /** The messages that are whole with `piece`; bodies of a newer protocol are left out. */
  push(piece: Uint8Array): ControlBody[] {
    this.#pending = joined(this.#pending, piece);
    const bodies: ControlBody[] = [];
    for (let message = this.#next(); message !== undefined; message = this.#next()) {
      if (message.body.case !== undefined) {
        bodies.push(message.body);
      }
    }
    return bodies;
  }

  #next(): Control | undefined {
    const pending = this.#pending;
    if (pending.length < LENGTH_BYTES) {
      return undefined;
    }
    const length = new DataView(pending.buffer, pending.byteOffset).getUint32(0);
    if (CONTROL_BYTES_MAX < length) {
      throw DecodeError.overLimit("control message", length, CONTROL_BYTES_MAX);
    }
    if (pending.length < LENGTH_BYTES + length) {
      return undefined;
    }
    const bytes = pending.subarray(LENGTH_BYTES, LENGTH_BYTES + length);
    this.#pending = pending.subarray(LENGTH_BYTES + length);
    try {
      return fromBinary(ControlSchema, bytes);
    } catch {
      throw DecodeError.contradiction("a control message that protobuf cannot read");
    }
  }
}

function joined(front: Uint8Array, back: Uint8Array): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(front.length + back.length);
  whole.set(front);
  whole.set(back, front.length);
  return whole;
}
