/**
 * The keys of the virtual keyboard, by their place on a keyboard (`code`, W3C UI Events) and what they mean there.
 *
 * @module
 */

export interface Key {
  readonly code: string;
  readonly key: string;
  /** What stands on it. */
  readonly cap: string;
}

const key = (code: string, cap = code, name = code): Key => ({ code, key: name, cap });

export const MODIFIERS: readonly Key[] = [
  key("ControlLeft", "Ctrl", "Control"),
  key("AltLeft", "Alt", "Alt"),
  key("ShiftLeft", "Shift", "Shift"),
  key("MetaLeft", "Win", "Meta"),
  key("AltRight", "AltGr", "AltGraph"),
];

export const ROWS: readonly (readonly Key[])[] = [
  [key("Escape", "Esc"), ...Array.from({ length: 12 }, (_, at) => key(`F${at + 1}`))],
  [
    key("Tab"),
    key("Enter"),
    key("Backspace", "⌫"),
    key("Insert", "Ins"),
    key("Delete", "Del"),
    key("Home"),
    key("End"),
    key("PageUp", "PgUp"),
    key("PageDown", "PgDn"),
  ],
  [
    key("ArrowLeft", "←"),
    key("ArrowUp", "↑"),
    key("ArrowDown", "↓"),
    key("ArrowRight", "→"),
    key("PrintScreen", "PrtSc"),
    key("ScrollLock", "ScrLk"),
    key("Pause"),
    key("NumLock", "Num"),
    key("CapsLock", "Caps"),
    key("ContextMenu", "Menu"),
  ],
];
