/**
 * What stands in front of an update's operations, mirroring `engine/wire/src/screen/header.rs`.
 *
 * @module
 */
import { DecodeError } from "../error.ts";
import type { Epoch, RenditionId, Seat, SessionId, Version } from "../ids.ts";
import { SEATS_MAX, UPDATE_BYTES_MAX } from "../limits.ts";
import type { Reader } from "../read.ts";
import { decodeStreamHeader, StreamKind } from "../stream.ts";
import { decodeExtent, type Extent } from "./grid.ts";

/** The last input of a technician whose effect a viewer sees once it has applied an update. */
export interface SeatInput {
  readonly seat: Seat;
  readonly number: number;
}

/** The front of an update stream; its layout stands in the Rust file. */
export interface UpdateHeader {
  readonly session: SessionId;
  readonly rendition: RenditionId;
  readonly epoch: Epoch;
  readonly extent: Extent;
  /** Counts updates of a rendition on a link: 1, 2, 3 … without gaps. */
  readonly number: number;
  /** Apply once all updates up to this one are applied; 0: at once. Below `number`. */
  readonly after: number;
  /** The oldest capture among the operations, in microseconds of the sender's link clock, wrapping. */
  readonly capturedUs: number;
  /** The newest version among the operations. */
  readonly newest: Version;
  readonly inputs: readonly SeatInput[];
  /** Bytes of operations that follow. */
  readonly length: number;
}

export function decodeUpdateHeader(reader: Reader): UpdateHeader {
  const stream = decodeStreamHeader(reader);
  if (stream.kind !== StreamKind.Screen) {
    throw DecodeError.unknown("kind of an update", stream.kind);
  }
  const rendition = reader.u16() as RenditionId;
  const epoch = reader.u64() as Epoch;
  const extent = decodeExtent(reader);
  const { number, after } = decodePlace(reader);
  const capturedUs = reader.u32();
  const newest = reader.varintU32("version") as Version;
  const inputs = decodeInputs(reader);
  const length = reader.varintMax("update", UPDATE_BYTES_MAX);
  const session = stream.session;
  return { session, rendition, epoch, extent, number, after, capturedUs, newest, inputs, length };
}

function decodePlace(reader: Reader): { number: number; after: number } {
  const number = reader.varint("number of an update");
  const back = reader.varint("after");
  if (number === 0) {
    throw DecodeError.contradiction("an update with the number 0");
  }
  if (number < back) {
    throw DecodeError.contradiction("an update that waits for one before the first");
  }
  return { number, after: back === 0 ? 0 : number - back };
}

function decodeInputs(reader: Reader): SeatInput[] {
  const count = reader.varintMax("seats", SEATS_MAX);
  return Array.from({ length: count }, () => ({
    seat: reader.varintU32("seat") as Seat,
    number: reader.varintU32("input"),
  }));
}
