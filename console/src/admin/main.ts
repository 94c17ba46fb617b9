/**
 * The administration at `/login`: where the page starts.
 *
 * Reading order: `App.svelte` for the frame, `kinds.ts` for the records that there are, `forms/` for how each is edited,
 * `pages/` for the rest.
 *
 * @module
 */
import { mount } from "svelte";

import { speak } from "../i18n/i18n.svelte.ts";
import { startTheme } from "../ui/theme.svelte.ts";
import App from "./App.svelte";

startTheme();
await speak(
  import.meta.glob("../../locales/*.ftl", {
    query:
      "?words=admin,permission,product,language,login,menu,theme,error,rule,problem,dialog,copy,copied,toast",
  }),
);

const target = document.getElementById("app");
if (target) {
  mount(App, { target });
}
