/**
 * Why a link or a stream is closed, as a number that travels, mirroring `engine/wire/src/close.rs`.
 *
 * @module
 */

/** The same numbers on WebTransport and WebSocket (there as 4000 + code). */
export const CloseCode = {
  Done: 0x00,
  GoingAway: 0x01,
  NotAllowed: 0x02,
  Refused: 0x03,
  Silent: 0x04,
  Replaced: 0x05,
  TooSlow: 0x06,
  Malformed: 0x10,
  Unknown: 0x11,
  OverLimit: 0x12,
  OutOfOrder: 0x13,
  Cancelled: 0x14,
  Internal: 0x20,
} as const;

export type CloseCode = (typeof CloseCode)[keyof typeof CloseCode];
