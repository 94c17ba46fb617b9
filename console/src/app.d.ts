/**
 * Types that the build brings: imported components and what Vite adds to modules.
 *
 * @module
 */
/// <reference types="svelte" />
/// <reference types="vite/client" />

/** The languages of `locales/`, filled in when the pages are built. */
declare const __LANGUAGES__: readonly string[];
