/**
 * The endpoint's mouse pointer as a CSS `cursor`, in device pixels. Pure.
 *
 * @module
 */
import type { CursorImage } from "../worker/messages.ts";

/** An image of the pointer with an address that CSS can use. */
export type CursorPicture = Omit<CursorImage, "png"> & { readonly url: string };

/** Browsers ignore a larger image, or one that leaves the window. */
const SIDE_MAX = 128;

/** `none` while the pointer is hidden, so that nothing is drawn twice or where the endpoint shows nothing. */
export function cssCursor(image: CursorPicture | undefined, devicePixelRatio: number): string {
  if (image === undefined) {
    return "none";
  }
  if (SIDE_MAX < Math.max(image.width, image.height)) {
    return "default";
  }
  const x = Math.round(image.hotX / devicePixelRatio);
  const y = Math.round(image.hotY / devicePixelRatio);
  return `image-set(url("${image.url}") ${devicePixelRatio}x) ${x} ${y}, default`;
}
