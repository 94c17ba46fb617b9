/**
 * Holds one Chromium page for a test in Rust: reads commands as lines of JSON, answers with lines of JSON.
 *
 * It decides nothing and asserts nothing. See `tests/e2e/src/browser.rs` for the commands.
 *
 * @module
 */
import { createRequire } from "node:module";
import { createInterface } from "node:readline";

const require = createRequire(new URL("../../../console/package.json", import.meta.url));
const { chromium } = require("playwright-core");

/** Longest wait for an element, in milliseconds; below the test's own limit. */
const ELEMENT_MAX = 30_000;

const settings = JSON.parse(process.argv[2] ?? "{}");
const flags = [
  "--no-sandbox",
  "--disable-gpu",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];
if (settings.udpRefused) flags.push("--disable-quic");

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
  ignoreHTTPSErrors: true,
  permissions: ["clipboard-read", "clipboard-write"],
});
const page = await context.newPage();
page.setDefaultTimeout(ELEMENT_MAX);
const consoleLines = [];
page.on("console", (message) => consoleLines.push(`${message.type()}: ${message.text()}`));
page.on("pageerror", (error) => consoleLines.push(`uncaught: ${error.message}`));

const commands = {
  open: ({ url }) => page.goto(url).then(() => null),
  fill: ({ selector, text }) => page.locator(selector).fill(text),
  click: ({ selector }) => page.locator(selector).click(),
  wait: ({ selector }) => page.locator(selector).first().waitFor({ state: "visible" }),
  type: ({ text }) => page.keyboard.type(text, { delay: 15 }),
  press: ({ key }) => page.keyboard.press(key),
  hold: ({ key }) => page.keyboard.down(key),
  async mouse({ action, x, y }) {
    await page.mouse.move(x, y);
    if (action === "down") await page.mouse.down();
    if (action === "up") await page.mouse.up();
  },
  value: ({ expression }) => page.evaluate(expression),
  until: ({ expression, bound }) =>
    page.waitForFunction(expression, undefined, { timeout: bound, polling: 50 }).then(() => null),
  screenshot: ({ path }) => page.screenshot({ path }).then(() => null),
  console: () => consoleLines,
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
