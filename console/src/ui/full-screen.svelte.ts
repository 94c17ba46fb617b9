/**
 * Full screen, with the keys that a browser otherwise keeps (Alt-Tab, Escape, the Windows key) where it has the
 * keyboard lock. Ctrl-Alt-Del stays with the technician's own computer.
 *
 * @module
 */

interface WithKeyboardLock {
  readonly keyboard?: { lock(): Promise<void>; unlock(): void };
}

const state = $state({ isOn: document.fullscreenElement !== null });

document.addEventListener("fullscreenchange", () => {
  state.isOn = document.fullscreenElement !== null;
  const { keyboard } = navigator as WithKeyboardLock;
  if (state.isOn) {
    // Refused where the page has no right to it: full screen then works without these keys.
    keyboard?.lock().catch(() => undefined);
  } else {
    keyboard?.unlock();
  }
});

export const fullScreen = {
  get isOn(): boolean {
    return state.isOn;
  },

  async toggle(element: HTMLElement): Promise<void> {
    await (state.isOn ? document.exitFullscreen() : element.requestFullscreen());
  },
};
