/**
 * The console's language: `t(key, { name })` gives the text of a key in the chosen language.
 *
 * The texts are Fluent files in `locales/`. The language is the one chosen earlier in this browser, or else the
 * first of the browser's own that we have, or English. A missing key shows itself as `{key}`.
 *
 * @module
 */
import { FluentBundle, FluentResource, type FluentVariable } from "@fluent/bundle";

import en from "../../locales/en.ftl?raw";
import fr from "../../locales/fr.ftl?raw";

const SOURCES = { en, fr } as const;
const STORAGE_KEY = "nearhand.language";

export type Language = keyof typeof SOURCES;
export const LANGUAGES = Object.keys(SOURCES) as Language[];

const state = $state<{ language: Language }>({ language: initialLanguage() });
const bundles = new Map<Language, FluentBundle>();

/** The language shown now; reading it in a component follows its changes. */
export function language(): Language {
  return state.language;
}

/** Shows everything in another language, and remembers it. */
export function setLanguage(chosen: Language): void {
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
    bundle.addResource(new FluentResource(SOURCES[name]));
    bundles.set(name, bundle);
  }
  return bundle;
}

function initialLanguage(): Language {
  const wishes = [localStorage.getItem(STORAGE_KEY), ...navigator.languages];
  const known = wishes.map((wish) => wish?.slice(0, 2)).find((wish) => wish !== undefined && wish in SOURCES);
  return (known as Language | undefined) ?? "en";
}
