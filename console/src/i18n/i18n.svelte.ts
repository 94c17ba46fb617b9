/**
 * The language of a page: `t(key, { name })` gives the text of a key in the chosen language.
 *
 * The texts are Fluent files in `locales/`, one a language. A page loads the part that it needs, in the language that
 * it shows, by {@link speak}. The language is the one chosen earlier in this browser, or else the first of the
 * browser's own that we have, or English. A missing key shows itself as `{key}`.
 *
 * @module
 */
import { FluentBundle, FluentResource, type FluentVariable } from "@fluent/bundle";

const STORAGE_KEY = "nearhand.language";

/** A BCP 47 tag, such as `fr`. */
export type Language = string;

/** A page's words: what loads them, by the file of each language. `import.meta.glob` makes these. */
export type Words = Readonly<Record<string, () => Promise<unknown>>>;

/** Every file of the folder is a language: a third one is added by its file alone. */
export const LANGUAGES: readonly Language[] = __LANGUAGES__;

const state = $state<{ language: Language }>({ language: initialLanguage() });
const bundles = new Map<Language, FluentBundle>();
let words: Words = {};

/** Gives a page its words. To be awaited before anything is shown. */
export async function speak(own: Words): Promise<void> {
  words = own;
  await load(state.language);
  document.documentElement.lang = state.language;
}

/** The language shown now; reading it in a component follows its changes. */
export function language(): Language {
  return state.language;
}

/** What a language calls itself. */
export function languageName(tag: Language): string {
  const name = new Intl.DisplayNames([tag], { type: "language" }).of(tag) ?? tag;
  return name.charAt(0).toLocaleUpperCase(tag) + name.slice(1);
}

/** Shows everything in another language, and remembers it in this browser. Ready once it shows. */
export async function setLanguage(chosen: Language): Promise<void> {
  if (!LANGUAGES.includes(chosen)) {
    return;
  }
  localStorage.setItem(STORAGE_KEY, chosen);
  await show(chosen);
}

/** The text of `key`, with its variables filled in. */
export function t(key: string, variables?: Record<string, FluentVariable>): string {
  const bundle = bundles.get(state.language);
  const pattern = bundle?.getMessage(key)?.value;
  return bundle && pattern ? bundle.formatPattern(pattern, variables, []).trim() : `{${key}}`;
}

async function show(chosen: Language): Promise<void> {
  await load(chosen);
  state.language = chosen;
  document.documentElement.lang = chosen;
}

async function load(name: Language): Promise<void> {
  const [, loader] = Object.entries(words).find(([path]) => path.includes(`/${name}.ftl`)) ?? [];
  if (!loader || bundles.has(name)) {
    return;
  }
  const { default: text } = (await loader()) as { default: string };
  // No marks of direction around variables: both languages run left to right, and tests compare texts.
  const bundle = new FluentBundle(name, { useIsolating: false });
  bundle.addResource(new FluentResource(text));
  bundles.set(name, bundle);
}

// Another page of ours has changed it.
addEventListener("storage", ({ key, newValue }) => {
  if (key === STORAGE_KEY && newValue !== null && LANGUAGES.includes(newValue)) {
    show(newValue);
  }
});

function initialLanguage(): Language {
  const wishes = [localStorage.getItem(STORAGE_KEY), ...navigator.languages];
  return wishes.map((wish) => wish?.slice(0, 2) ?? "").find((wish) => LANGUAGES.includes(wish)) ?? "en";
}
