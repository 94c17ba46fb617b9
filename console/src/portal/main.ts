/**
 * What customers see: where the page starts. It is small, and loads nothing of the technicians' console.
 *
 * Reading order: `api.ts` for what the relay answers, `visit.svelte.ts` for what one customer goes through,
 * `Portal.svelte` for what he sees. `/join` is the page of who is invited from outside.
 *
 * @module
 */
import { mount } from "svelte";

import { speak } from "../i18n/i18n.svelte.ts";
import { startTheme } from "../ui/theme.svelte.ts";

startTheme();
const isGuest = location.pathname === "/join";
await speak(
  isGuest
    ? import.meta.glob("../../locales/*.ftl", {
        query:
          "?words=portal,language,error,session,state,stage,mode,keyboard,dialog,copy,refusal,rule,problem,product",
      })
    : import.meta.glob("../../locales/*.ftl", { query: "?words=portal,language,error" }),
);

const { default: Page } = await (isGuest ? import("./Join.svelte") : import("./Portal.svelte"));
const target = document.getElementById("app");
if (target) {
  mount(Page, { target });
}
