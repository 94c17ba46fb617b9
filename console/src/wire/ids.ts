/**
 * Names of things on the wire, mirroring `engine/wire/src/ids.rs`. Each is a number that only compares.
 *
 * @module
 */
import { ColorMode } from "./generated/control_pb.ts";

declare const brand: unique symbol;

/** A support session of the desk. 0 names the link itself. */
export type SessionId = bigint & { readonly [brand]: "SessionId" };
/** One run of one display at one size; a new one makes all older tiles worthless. */
export type Epoch = bigint & { readonly [brand]: "Epoch" };
/** The capture in which pixels last changed, counted from 1 within an epoch. 0: never. */
export type Version = number & { readonly [brand]: "Version" };
/** A technician's place in a session. */
export type Seat = number & { readonly [brand]: "Seat" };
/** A command shell of an endpoint. */
export type ShellId = bigint & { readonly [brand]: "ShellId" };
/** A tile by its place in the grid, row by row. */
export type TileIndex = number & { readonly [brand]: "TileIndex" };
/** A place in which a viewer keeps a tile for later. */
export type Slot = number & { readonly [brand]: "Slot" };
/** A dictionary of an epoch. */
export type DictionaryId = number & { readonly [brand]: "DictionaryId" };
/** One display coded in one way: display in the high byte, colours in the low one. */
export type RenditionId = number & { readonly [brand]: "RenditionId" };

/** The link itself, for streams that belong to no session. */
export const LINK_SESSION = 0n as SessionId;

/** The rendition that shows `display` in `mode`. An unspecified mode means all colours. */
export function renditionOf(display: number, mode: ColorMode): RenditionId {
  const colors = mode === ColorMode.UNSPECIFIED ? 4 : Math.min(mode, ColorMode.ALL_COLORS);
  return ((display << 8) | colors) as RenditionId;
}

/** Which display a rendition shows. */
export function displayOf(rendition: RenditionId): number {
  return rendition >> 8;
}
