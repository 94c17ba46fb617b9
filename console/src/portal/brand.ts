/**
 * A portal's own colour: which text can be read on it, and how the page takes it on.
 *
 * @module
 */

/** Black or white, whichever can be read better on `#rrggbb` (WCAG 2.2, relative luminance). Pure. */
export function textOn(color: string): "#000000" | "#ffffff" {
  const light = luminance(color);
  return (light + 0.05) / 0.05 < 1.05 / (light + 0.05) ? "#ffffff" : "#000000";
}

function luminance(color: string): number {
  const channel = (from: number) => {
    const value = Number.parseInt(color.slice(from, from + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  };
  return 0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5);
}

/** Gives the page the colour, except where somebody needs high contrast. */
export function paint(color: string | null): void {
  const { style, dataset } = document.documentElement;
  if (color === null || dataset["theme"] === "contrast") {
    return;
  }
  style.setProperty("--accent-fill", color);
  style.setProperty("--accent-fill-hover", color);
  style.setProperty("--on-accent", textOn(color));
}
