/**
 * How this technician likes the console, kept in this browser: sounds, notifications, and the layout.
 *
 * @module
 */

const STORAGE_KEY = "nearhand.console";

interface Stored {
  /** A sound when something arrives. */
  sound: boolean;
  /** A notification of the desktop when something arrives and the page is not in front. */
  notifications: boolean;
  /** Whether the list at the left shows its words, or only its marks. */
  isSideWide: boolean;
  /** Whether the chat shows beside a session. */
  showsChat: boolean;
  /** Width of the chat in pixels. */
  chatWidth: number;
  /** Width of the details beside a queue in pixels. */
  detailsWidth: number;
  /** Whether the figures of the connection show over the picture. */
  showsQuality: boolean;
}

const DEFAULTS: Stored = {
  sound: true,
  notifications: false,
  isSideWide: true,
  showsChat: true,
  chatWidth: 280,
  detailsWidth: 340,
  showsQuality: false,
};

/** Reads what was stored; what is not there, or of another type, is as at first. Pure. */
export function settingsOf(text: string | null): Stored {
  let found: Record<string, unknown> = {};
  try {
    found = (JSON.parse(text ?? "{}") ?? {}) as Record<string, unknown>;
  } catch {
    // Somebody else's words under our name.
  }
  const settled = Object.entries(DEFAULTS).map(([name, usual]) => {
    const value = found[name];
    return [name, typeof value === typeof usual ? value : usual];
  });
  return Object.fromEntries(settled) as Stored;
}

const state = $state<Stored>(settingsOf(localStorage.getItem(STORAGE_KEY)));

/** What is set. Assigning a field keeps it. */
export const settings: Stored = new Proxy(state, {
  set(target, name, value) {
    const isSet = Reflect.set(target, name, value);
    localStorage.setItem(STORAGE_KEY, JSON.stringify($state.snapshot(state)));
    return isSet;
  },
});
