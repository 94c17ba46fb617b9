/**
 * Brings an image out of the page: to a file, or to the clipboard.
 *
 * @module
 */

/** Long enough for the browser to begin reading the file. */
const REVOKE_AFTER_MS = 10_000;

/** Offers `content` as a download. */
export function saveFile(content: Blob, name: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(content);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), REVOKE_AFTER_MS);
}

/** Writes a PNG to the clipboard. Called while a click is handled, before the image is ready. */
export async function copyImage(png: Promise<Blob>): Promise<void> {
  await navigator.clipboard.write([new ClipboardItem({ "image/png": png })]);
}

/** `name 2026-11-22 20.15.09.png`, without what file systems refuse. */
export function screenshotName(name: string, now: Date): string {
  const two = (value: number) => String(value).padStart(2, "0");
  const date = [now.getFullYear(), two(now.getMonth() + 1), two(now.getDate())].join("-");
  const time = [two(now.getHours()), two(now.getMinutes()), two(now.getSeconds())].join(".");
  return `${name.replace(/[^\p{L}\p{N} _.-]/gu, "_")} ${date} ${time}.png`;
}
