/**
 * What travels on the streams of tools, mirroring `engine/wire/src/tools`: protobuf messages, each behind its length.
 *
 * The types are generated from `engine/wire/proto/tools.proto` by `npm run generate` and are not committed.
 *
 * @module
 */
import {
  create,
  type DescMessage,
  fromBinary,
  type MessageInitShape,
  type MessageShape,
  toBinary,
} from "@bufbuild/protobuf";
import { DecodeError } from "./error.ts";
import type { Table } from "./generated/tools_pb.ts";
import { CELL_BYTES_MAX, COLUMNS_MAX, ROWS_MAX, TOOL_MESSAGE_BYTES_MAX } from "./limits.ts";

const LENGTH_BYTES = 4;

/** `length u32 | message`; throws before more is sent than the other side takes. */
export function encodeTool<Schema extends DescMessage>(
  schema: Schema,
  message: MessageInitShape<Schema>,
): Uint8Array<ArrayBuffer> {
  const bytes = toBinary(schema, create(schema, message));
  if (TOOL_MESSAGE_BYTES_MAX < bytes.length) {
    throw DecodeError.overLimit("message of a tool", bytes.length, TOOL_MESSAGE_BYTES_MAX);
  }
  const framed = new Uint8Array(LENGTH_BYTES + bytes.length);
  new DataView(framed.buffer).setUint32(0, bytes.length);
  framed.set(bytes, LENGTH_BYTES);
  return framed;
}

/** Takes whole messages off a stream that arrives in pieces. */
export class ToolReader<Schema extends DescMessage> {
  readonly #schema: Schema;
  #pending = new Uint8Array(0);

  constructor(schema: Schema) {
    this.#schema = schema;
  }

  /** The messages that are whole with `piece`. */
  push(piece: Uint8Array): MessageShape<Schema>[] {
    const whole = new Uint8Array(this.#pending.length + piece.length);
    whole.set(this.#pending);
    whole.set(piece, this.#pending.length);
    const messages: MessageShape<Schema>[] = [];
    let at = 0;
    for (let length = lengthAt(whole, at); at + length <= whole.length; length = lengthAt(whole, at)) {
      messages.push(this.#decode(whole.subarray(at + LENGTH_BYTES, at + length)));
      at += length;
    }
    this.#pending = whole.slice(at);
    return messages;
  }

  #decode(bytes: Uint8Array): MessageShape<Schema> {
    try {
      return fromBinary(this.#schema, bytes);
    } catch {
      throw DecodeError.contradiction("a message of a tool that protobuf cannot read");
    }
  }
}

/** Bytes of the message at `at` with its length; more than there are while that is not known. */
function lengthAt(bytes: Uint8Array, at: number): number {
  if (bytes.length < at + LENGTH_BYTES) {
    return Number.POSITIVE_INFINITY;
  }
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(at);
  if (TOOL_MESSAGE_BYTES_MAX < length) {
    throw DecodeError.overLimit("message of a tool", length, TOOL_MESSAGE_BYTES_MAX);
  }
  return LENGTH_BYTES + length;
}

/** Throws where a table is larger than one message may bring. */
export function checkTable(table: Table): void {
  within("columns", table.columns.length, COLUMNS_MAX);
  within("rows", table.rows.length, ROWS_MAX);
  for (const { cells } of table.rows) {
    within("cells", cells.length, table.columns.length);
    for (const cell of cells) {
      // A character has at most three bytes for each unit of UTF-16; below that none can be over the limit.
      if (CELL_BYTES_MAX < 3 * cell.length) {
        within("cell", new TextEncoder().encode(cell).length, CELL_BYTES_MAX);
      }
    }
  }
}

function within(field: string, got: number, limit: number): void {
  if (limit < got) {
    throw DecodeError.overLimit(field, got, limit);
  }
}
