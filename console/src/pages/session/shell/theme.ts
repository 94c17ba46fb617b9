/**
 * The terminal's colours, light and dark, each with at least 4.5 of contrast to its background for text.
 *
 * @module
 */
import type { ITheme } from "@xterm/xterm";

const DARK: ITheme = {
  background: "#0f1216",
  foreground: "#e7eaee",
  cursor: "#e7eaee",
  cursorAccent: "#0f1216",
  selectionBackground: "#2c4f86",
  black: "#3b424c",
  red: "#ff8a80",
  green: "#5cc98a",
  yellow: "#e6b450",
  blue: "#7db0ff",
  magenta: "#d7a4ff",
  cyan: "#5fd0d6",
  white: "#d5dbe1",
  brightBlack: "#8b96a3",
  brightRed: "#ffb3ac",
  brightGreen: "#8fe0ae",
  brightYellow: "#f4d08a",
  brightBlue: "#a9cbff",
  brightMagenta: "#e6c6ff",
  brightCyan: "#93e4e8",
  brightWhite: "#ffffff",
};

const LIGHT: ITheme = {
  background: "#ffffff",
  foreground: "#1b2026",
  cursor: "#1b2026",
  cursorAccent: "#ffffff",
  selectionBackground: "#bcd4fa",
  black: "#1b2026",
  red: "#b3261e",
  green: "#187a3d",
  yellow: "#7a5200",
  blue: "#1f5fbf",
  magenta: "#8a3ab9",
  cyan: "#0b6f78",
  white: "#55606c",
  brightBlack: "#55606c",
  brightRed: "#c9352c",
  brightGreen: "#156b36",
  brightYellow: "#6d4900",
  brightBlue: "#184c9a",
  brightMagenta: "#74309c",
  brightCyan: "#095f67",
  brightWhite: "#1b2026",
};

/** The colours for a page that is dark, or not. */
export function themeOf(isDark: boolean): ITheme {
  return isDark ? DARK : LIGHT;
}
