/**
 * The console's language: `t(key, { name })` gives the text of a key in the chosen language.
 *
 * The texts are Fluent files in `locales/`. The language is the one chosen earlier in this browser, or else the
 * first of the browser's own that we have, or English. A missing key shows itself as `{key}`.
 *
 * @module
 */
import { FluentBundle, FluentResource, type FluentVariable } from "@fluent/bundle";

/** Every file of the folder is a language: a third one is added by its file alone. */
const FILES = import.meta.glob<string>("../../locales/*.ftl", {
  query: "?raw",
  import: "default",
  eager: true,
});
const SOURCES: ReadonlyMap<string, string> = new Map(
  Object.entries(FILES).map(([path, text]) => [path.replace(/^.*\/(.+)\.ftl$/, "$1"), text]),
);
const STORAGE_KEY = "nearhand.language";

/** A BCP 47 tag, such as `fr`. */
export type Language = string;
export const LANGUAGES: readonly Language[] = [...SOURCES.keys()].sort();

const state = $state<{ language: Language }>({ language: initialLanguage() });
const bundles = new Map<Language, FluentBundle>();

/** The language shown now; reading it in a component follows its changes. */
export function language(): Language {
  return state.language;
}

/** What a language calls itself. */
export function languageName(tag: Language): string {
  const name = new Intl.DisplayNames([tag], { type: "language" }).of(tag) ?? tag;
  return name.charAt(0).toLocaleUpperCase(tag) + name.slice(1);
}

/** Shows everything in another language, and remembers it in this browser. */
export function setLanguage(chosen: Language): void {
  if (!SOURCES.has(chosen)) {
    return;
  }
  state.language = chosen;
  localStorage.setItem(STORAGE_KEY, chosen);
  document.documentElement.lang = chosen;
}

/** The text of `key`, with its variables filled in. */
export function t(key: string, variables?: Record<string, FluentVariable>): string {
  const bundle = bundleOf(state.language);
  const pattern = bundle.getMessage(key)?.value;
  return pattern ? bundle.formatPattern(pattern, variables, []).trim() : `{${key}}`;
}

function bundleOf(name: Language): FluentBundle {
  let bundle = bundles.get(name);
  if (!bundle) {
    // No marks of direction around variables: both languages run left to right, and tests compare texts.
    bundle = new FluentBundle(name, { useIsolating: false });
    bundle.addResource(new FluentResource(SOURCES.get(name) ?? ""));
    bundles.set(name, bundle);
  }
  return bundle;
}

// Another page of ours has changed it.
addEventListener("storage", ({ key, newValue }) => {
  if (key === STORAGE_KEY && newValue !== null) {
    setLanguage(newValue);
  }
});

function initialLanguage(): Language {
  const wishes = [localStorage.getItem(STORAGE_KEY), ...navigator.languages];
  return wishes.map((wish) => wish?.slice(0, 2) ?? "").find((wish) => SOURCES.has(wish)) ?? "en";
}
