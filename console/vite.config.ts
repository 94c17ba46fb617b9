/**
 * How the console is built: served at `/console/`, hashed names, nothing inlined (the relay's CSP allows no
 * inline script, and no `data:` script or style).
 *
 * @module
 */
import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vitest/config";

/** Where a relay listens while `npm run dev` serves the pages. */
const RELAY = process.env["NEARHAND_RELAY"] ?? "http://localhost:8443";

export default defineConfig({
  base: "/console/",
  plugins: [svelte()],
  build: {
    target: "es2022",
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
  worker: { format: "es" },
  server: { proxy: { "/api": { target: RELAY, changeOrigin: false, ws: true } } },
  test: { include: ["test/**/*.test.ts"], testTimeout: 10_000 },
});
