/**
 * A whole update, mirroring `engine/wire/src/screen/update.rs`: what one unidirectional stream carries.
 *
 * @module
 */
import { DecodeError } from "../error.ts";
import { OPERATIONS_MAX } from "../limits.ts";
import { Reader } from "../read.ts";
import { contains, type Extent, tileCount, tileRect } from "./grid.ts";
import { decodeUpdateHeader, type UpdateHeader } from "./header.ts";
import { decodeOperation, type Operation } from "./operation.ts";

export interface Update {
  readonly header: UpdateHeader;
  /** Applied in order. Copies come first and read the picture as it was before the update. */
  readonly operations: readonly Operation[];
}

/** Reads the whole stream; payloads share its memory. */
export function decodeUpdate(stream: Uint8Array): Update {
  const reader = new Reader(stream);
  const header = decodeUpdateHeader(reader);
  if (reader.left < header.length) {
    throw DecodeError.truncated(header.length, reader.left);
  }
  if (header.length < reader.left) {
    throw DecodeError.trailing(reader.left - header.length);
  }
  const operations: Operation[] = [];
  while (0 < reader.left) {
    if (OPERATIONS_MAX <= operations.length) {
      throw DecodeError.overLimit("operations", operations.length + 1, OPERATIONS_MAX);
    }
    const operation = decodeOperation(header.newest, reader);
    if (!isInside(header.extent, operation)) {
      throw DecodeError.contradiction("an operation outside the display");
    }
    // Copies read the picture as it was before the update, so nothing may come before them.
    if (operation.kind === "copy" && 0 < operations.length && operations.at(-1)?.kind !== "copy") {
      throw DecodeError.contradiction("a copy that does not come first");
    }
    operations.push(operation);
  }
  return { header, operations };
}

/** Whether an operation touches only pixels that the display has. */
function isInside(extent: Extent, operation: Operation): boolean {
  const whole = { x: 0, y: 0, ...extent };
  switch (operation.kind) {
    case "tile":
    case "reuse":
      return operation.index < tileCount(extent);
    case "patch": {
      const tile = tileRect(extent, operation.index);
      const { rect } = operation;
      return tile !== undefined && rect.x + rect.width <= tile.width && rect.y + rect.height <= tile.height;
    }
    case "copy": {
      const from = { ...operation.to, x: operation.fromX, y: operation.fromY };
      return contains(whole, operation.to) && contains(whole, from);
    }
    case "videoRegion":
      return contains(whole, operation.rect);
    default:
      return true;
  }
}
