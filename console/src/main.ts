/**
 * The technician's console: where the page starts.
 *
 * Reading order: `wire/` for the messages, `link/` for how they travel, `screen/` for the picture, `worker/` for
 * the session that ties these together, `pages/` for what is seen.
 *
 * @module
 */
import { mount } from "svelte";

import App from "./App.svelte";
import { speak } from "./i18n/i18n.svelte.ts";
import { offerProbe } from "./state/probe.ts";
import { shownSession } from "./state/shown.svelte.ts";
import { startTheme } from "./ui/theme.svelte.ts";

startTheme();
await speak(import.meta.glob("../locales/*.ftl", { query: "?raw" }));
offerProbe(shownSession);

const target = document.getElementById("app");
if (target) {
  mount(App, { target });
}
