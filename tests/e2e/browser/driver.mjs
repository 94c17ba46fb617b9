/**
 * Holds one Chromium page for a test in Rust: reads commands as lines of JSON, answers with lines of JSON.
 *
 * It decides nothing and asserts nothing. See `tests/e2e/src/browser.rs` for the commands.
 *
 * @module
 */
import { createRequire } from "node:module";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";

const require = createRequire(new URL("../../../console/package.json", import.meta.url));
const { chromium } = require("playwright-core");

/** Longest wait for an element, in milliseconds; below the test's own limit. */
const ELEMENT_MAX = 30_000;
/** Pause between two looks at a condition, in milliseconds. */
const LOOK_EVERY = 50;

const settings = JSON.parse(process.argv[2] ?? "{}");
const flags = [
  "--no-sandbox",
  "--disable-gpu",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  // A page that measures its memory waits for no other garbage collection.
  "--enable-blink-features=ForceEagerMeasureMemory",
];
// `--disable-quic` does not concern WebTransport; a rule for the resolver does, port included.
if (settings.detour) flags.push(`--host-resolver-rules=MAP ${settings.detour.from} ${settings.detour.to}`);

// What a route answers counts as the wide web, and this machine's own addresses as a network of its own.
if (settings.video === false) flags.push("--disable-features=LocalNetworkAccessChecks");

const say = (answer) => process.stdout.write(`${JSON.stringify(answer)}\n`);

const browser = await chromium
  .launch({ executablePath: process.env.NEARHAND_CHROMIUM ?? "/usr/bin/chromium", args: flags })
  .catch((error) => {
    say({ error: String(error) });
    process.exit(1);
  });
const context = await browser.newContext({
  viewport: { width: settings.width, height: settings.height },
  colorScheme: settings.dark ? "dark" : "light",
  locale: settings.language ?? "en",
  ignoreHTTPSErrors: true,
  permissions: ["clipboard-read", "clipboard-write"],
});
const page = await context.newPage();
page.setDefaultTimeout(ELEMENT_MAX);
// A browser without video: its workers lack the decoder, as those of browsers that never had one.
if (settings.video === false) {
  await page.route(/\/worker-[^/]*\.js$/, async (route) => {
    const response = await route.fetch();
    const headers = { ...response.headers() };
    delete headers["content-encoding"];
    delete headers["content-length"];
    await route.fulfill({ headers, body: `delete globalThis.VideoDecoder;${await response.text()}` });
  });
}
/** What the browser measures of the page's own thread, and of its processes. */
const inspector = await context.newCDPSession(page);
const whole = await browser.newBrowserCDPSession();
await inspector.send("Performance.enable");

const consoleLines = [];
page.on("console", (message) => consoleLines.push(`${message.type()}: ${message.text()}`));
page.on("pageerror", (error) => consoleLines.push(`uncaught: ${error.message}`));

/** All that the page and its workers have loaded, but for the API. */
const loaded = [];
page.on("requestfinished", (request) => {
  if (!new URL(request.url()).pathname.startsWith("/api/")) loaded.push(request);
});

const commands = {
  open: ({ url }) => page.goto(url).then(() => null),
  fill: ({ selector, text }) => page.locator(selector).fill(text),
  chooseFiles: ({ selector, paths }) => page.locator(selector).setInputFiles(paths),
  doubleClick: ({ selector }) => page.locator(selector).dblclick(),
  click: ({ selector }) => page.locator(selector).click(),
  wait: ({ selector }) => page.locator(selector).first().waitFor({ state: "visible" }),
  type: ({ text }) => page.keyboard.type(text, { delay: 15 }),
  press: ({ key }) => page.keyboard.press(key),
  hold: ({ key }) => page.keyboard.down(key),
  release: ({ key }) => page.keyboard.up(key),
  choose: ({ selector, label }) => page.locator(selector).selectOption({ label }).then(() => null),
  async download({ selector, path }) {
    const [file] = await Promise.all([page.waitForEvent("download"), page.locator(selector).click()]);
    await file.saveAs(path);
    return file.suggestedFilename();
  },
  async tab({ selector, there }) {
    const [tab] = await Promise.all([context.waitForEvent("page"), page.locator(selector).click()]);
    await tab.locator("#app :visible").first().waitFor();
    const found = [tab.url(), await tab.locator(there).count()];
    await tab.close();
    return found;
  },
  offline: ({ offline }) => context.setOffline(offline),
  async mouse({ action, x, y }) {
    await page.mouse.move(x, y);
    if (action === "down") await page.mouse.down();
    if (action === "up") await page.mouse.up();
  },
  value: ({ expression }) => page.evaluate(expression),
  async until({ expression, bound }) {
    // Not `waitForFunction`: it makes the page itself evaluate a string, which our policy forbids.
    for (const end = Date.now() + bound; !(await page.evaluate(expression)); await sleep(LOOK_EVERY)) {
      if (end < Date.now()) throw new Error(`not within ${bound} ms`);
    }
  },
  async barriers() {
    await page.evaluate(require("axe-core").source);
    const { violations } = await page.evaluate("axe.run(document, { resultTypes: ['violations'] })");
    const places = ({ id, nodes }) => nodes.map((node) => `${id}: ${node.target.join(" ")} ${node.failureSummary}`);
    return violations.flatMap(places);
  },
  async mainThread() {
    const { metrics } = await inspector.send("Performance.getMetrics");
    return Object.fromEntries(metrics.map(({ name, value }) => [name, value]));
  },
  collect: () => inspector.send("HeapProfiler.collectGarbage").then(() => null),
  async processes() {
    const { processInfo } = await whole.send("SystemInfo.getProcessInfo");
    return processInfo.map(({ type, id }) => ({ type, id }));
  },
  screenshot: ({ path }) => page.screenshot({ path }).then(() => null),
  console: () => consoleLines,
  async loaded() {
    const sizes = await Promise.all(loaded.splice(0).map((request) => request.sizes()));
    // What came out of the cache has no size.
    return sizes.reduce((sum, { responseBodySize }) => sum + Math.max(0, responseBodySize), 0);
  },
};

say({ ok: null });
for await (const line of createInterface({ input: process.stdin })) {
  const command = JSON.parse(line);
  if (command.do === "quit") break;
  try {
    say({ ok: (await commands[command.do](command)) ?? null });
  } catch (error) {
    say({ error: String(error) });
  }
}
await browser.close();
say({ ok: null });
process.exit(0);
