/**
 * The worker: takes the page's commands, and reports to it. All that touches the link or a pixel runs here.
 *
 * @module
 */
import zstdUrl from "../../node_modules/@bokuweb/zstd-wasm/dist/web/zstd.wasm?url";
import { compileZstd } from "../codec/zstd.ts";
import { Client } from "./client.ts";
import type { Command, Report, VisitCommand } from "./messages.ts";
import type { Visit } from "./visit.ts";

/** The part of a worker's global scope that the page's own types do not have. */
interface WorkerScope {
  postMessage(report: Report, transfer?: Transferable[]): void;
  addEventListener(type: "message", listener: (event: MessageEvent<Command>) => void): void;
  close(): void;
}

const scope = globalThis as unknown as WorkerScope;

/** How long the decompressor may take to arrive, and the pause before it is asked for again. */
const LOAD_TIMEOUT_MS = 10_000;
const LOAD_AGAIN_MS = 1_000;

const client = load();

// Commands wait for the client and so keep their order.
scope.addEventListener("message", async (event) => take(await client, event.data));

/** Bytes of a channel are given away, not copied: files are large. */
function post(report: Report): void {
  const isBytes =
    report.kind === "visit" && report.report.kind === "channel" && report.report.news.kind === "bytes"
      ? [report.report.news.bytes.buffer]
      : [];
  scope.postMessage(report, isBytes);
}

/** Fetches the decompressor, without which nothing starts; a relay that is away just now comes back. */
async function load(): Promise<Client> {
  for (;;) {
    try {
      const response = await fetch(zstdUrl, { signal: AbortSignal.timeout(LOAD_TIMEOUT_MS) });
      if (!response.ok) {
        throw new Error(`${zstdUrl}: ${response.status}`);
      }
      return new Client(await compileZstd(await response.arrayBuffer()), post);
    } catch (error) {
      const detail = error instanceof Error ? error.message : String(error);
      post({ kind: "linkFailed", stage: "ticket", detail });
      await new Promise((resolve) => setTimeout(resolve, LOAD_AGAIN_MS));
    }
  }
}

function take(client: Client, command: Command): void {
  switch (command.kind) {
    case "open":
      client.run(command.choice, command.holder).then(() => scope.close());
      break;
    case "close":
      client.close();
      break;
    case "visit":
      takeOfVisit(client, command.view, command.command);
  }
}

function takeOfVisit(client: Client, view: number, command: VisitCommand): void {
  const visit = client.visit(view);
  switch (command.kind) {
    case "join":
      client.join(view, command.target, command.canvas);
      break;
    case "leave":
      client.leave(view);
      break;
    case "watch":
      visit?.watch(command.wanted);
      break;
    case "show":
      visit?.attendance?.show(command.display);
      break;
    case "mode":
      visit?.choose(command.mode);
      break;
    case "control":
      visit?.attendance?.wishControl(command.wanted);
      break;
    case "input":
      visit?.attendance?.input(command.events);
      break;
    case "shell":
      visit?.shells.wish(command.key, command.wish);
      break;
    case "channel":
      visit?.channels.wish(command.key, command.wish);
      break;
    case "file":
      visit?.files.wish(command.key, command.wish);
      break;
    case "retry":
      visit?.retry();
      client.retry();
      break;
    case "screenshot":
      screenshot(visit, view, command.request);
      break;
    case "hash":
      hash(visit, view, command.request);
  }
}

async function screenshot(visit: Visit | undefined, view: number, request: number): Promise<void> {
  try {
    const png = await visit?.painter.png();
    post({ kind: "visit", view, report: { kind: "screenshot", request, png, detail: "" } });
  } catch (error) {
    const report = { kind: "screenshot", request, png: undefined, detail: String(error) } as const;
    post({ kind: "visit", view, report });
  }
}

async function hash(visit: Visit | undefined, view: number, request: number): Promise<void> {
  const sha256 = (await visit?.painter.sha256()) ?? "";
  post({ kind: "visit", view, report: { kind: "hash", request, sha256 } });
}
