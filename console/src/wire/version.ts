/**
 * Which protocols this build speaks, mirroring `engine/wire/src/version.rs`. The relay compares and refuses.
 *
 * @module
 */

export const PROTOCOL_MIN = 1;
export const PROTOCOL_MAX = 1;
