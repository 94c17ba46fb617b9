/**
 * Styles of components are extracted to files, since the relay's CSP allows no inline style.
 *
 * @module
 */
import { vitePreprocess } from "@sveltejs/vite-plugin-svelte";

export default {
  preprocess: vitePreprocess(),
  compilerOptions: { runes: true, css: "external" },
};
