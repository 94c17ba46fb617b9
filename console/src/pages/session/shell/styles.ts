/**
 * The page's rules forbid style elements that a script makes; a terminal makes some for its own rows. Here their
 * text takes effect as sheets that only scripts of this page can adopt.
 *
 * @module
 */

/** Keeps the style elements below a root in effect until the result is called. */
export function adoptStyles(root: HTMLElement): () => void {
  const sheets = new Map<HTMLStyleElement, CSSStyleSheet>();
  const update = () => {
    const found = new Set(root.querySelectorAll("style"));
    for (const style of found) {
      const sheet = sheets.get(style) ?? new CSSStyleSheet();
      sheet.replaceSync(style.textContent);
      sheets.set(style, sheet);
    }
    for (const style of [...sheets.keys()].filter((one) => !found.has(one))) {
      sheets.delete(style);
    }
    show([...sheets.values()]);
  };
  let shown: readonly CSSStyleSheet[] = [];
  const show = (next: readonly CSSStyleSheet[]) => {
    const others = document.adoptedStyleSheets.filter((sheet) => !shown.includes(sheet));
    document.adoptedStyleSheets = [...others, ...next];
    shown = next;
  };
  const observer = new MutationObserver((changes) => {
    if (changes.some(isOfStyles)) {
      update();
    }
  });
  observer.observe(root, { subtree: true, childList: true });
  update();
  return () => {
    observer.disconnect();
    show([]);
  };
}

/** Rows change all the time; only what touches a style element matters. */
function isOfStyles(change: MutationRecord): boolean {
  return (
    change.target instanceof HTMLStyleElement ||
    [...change.addedNodes, ...change.removedNodes].some((node) => node instanceof HTMLStyleElement)
  );
}
