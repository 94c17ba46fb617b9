/**
 * The colours of the page: light, dark, high contrast, or what the system says. Kept in this browser.
 *
 * @module
 */

export const THEMES = ["auto", "light", "dark", "contrast"] as const;
export type Theme = (typeof THEMES)[number];

const STORAGE_KEY = "nearhand.theme";

const dark = matchMedia("(prefers-color-scheme: dark)");
const contrast = matchMedia("(prefers-contrast: more)");

const state = $state<{ theme: Theme }>({ theme: stored() });

/** The theme that was chosen. */
export function theme(): Theme {
  return state.theme;
}

export function setTheme(chosen: Theme): void {
  state.theme = chosen;
  localStorage.setItem(STORAGE_KEY, chosen);
  apply();
}

/** Shows the theme, and follows the system from now on. Each page calls it once. */
export function startTheme(): void {
  apply();
  dark.addEventListener("change", apply);
  contrast.addEventListener("change", apply);
  // Another page of ours has changed it.
  addEventListener("storage", ({ key }) => {
    if (key === STORAGE_KEY) {
      state.theme = stored();
      apply();
    }
  });
}

function apply(): void {
  const system = contrast.matches ? "contrast" : dark.matches ? "dark" : "light";
  document.documentElement.dataset["theme"] = state.theme === "auto" ? system : state.theme;
}

function stored(): Theme {
  const word = localStorage.getItem(STORAGE_KEY);
  return THEMES.find((one) => one === word) ?? "auto";
}
