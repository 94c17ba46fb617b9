/**
 * How the pages are built: assets served at `/console/`, hashed names, nothing inlined (the relay's CSP allows no
 * inline script, and no `data:` script or style). Each page has its own small bundle: the portal of a customer on a
 * phone loads nothing of the technician's console.
 *
 * @module
 */
import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vitest/config";

import { languages, words } from "./scripts/words.ts";

/** Where a relay listens while `npm run dev` serves the pages. */
const RELAY = process.env["NEARHAND_RELAY"] ?? "http://localhost:8443";

export default defineConfig({
  base: "/console/",
  plugins: [words(), svelte()],
  define: { __LANGUAGES__: JSON.stringify(languages()) },
  build: {
    target: "es2022",
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    rolldownOptions: { input: ["index.html", "portal.html", "admin.html"] },
  },
  worker: { format: "es" },
  server: { proxy: { "/api": { target: RELAY, changeOrigin: false, ws: true } } },
  test: { include: ["test/**/*.test.ts"], testTimeout: 10_000 },
});
