/**
 * Numbers of the WebSocket mux: kinds of frames, and what a stream's number says.
 *
 * @module
 */

/** A message of the socket has at most so many bytes. */
export const FRAME_BYTES_MAX = 8192;

export const Frame = {
  Open: 0x01,
  Data: 0x02,
  Finish: 0x03,
  Reset: 0x04,
  Stop: 0x05,
  Credit: 0x06,
  Streams: 0x07,
  Arrived: 0x08,
} as const;

/** The bit of a stream's number that says: one direction only. */
export const UNIDIRECTIONAL = 0x02;

/** Whether this side opened the stream: the side that connected does, when the lowest bit is 0. */
export function isOurs(number: number): boolean {
  return number % 2 === 0;
}

export function isUnidirectional(number: number): boolean {
  return UNIDIRECTIONAL <= number % 4;
}
