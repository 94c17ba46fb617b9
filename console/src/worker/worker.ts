/**
 * The worker: takes the page's commands, and reports to it. All that touches the link or a pixel runs here.
 *
 * @module
 */
import zstdUrl from "../../node_modules/@bokuweb/zstd-wasm/dist/web/zstd.wasm?url";
import { compileZstd } from "../codec/zstd.ts";
import { Client } from "./client.ts";
import type { Command, Report } from "./messages.ts";

/** The part of a worker's global scope that the page's own types do not have. */
interface WorkerScope {
  postMessage(report: Report): void;
  addEventListener(type: "message", listener: (event: MessageEvent<Command>) => void): void;
  close(): void;
}

const scope = globalThis as unknown as WorkerScope;
const post = (report: Report) => scope.postMessage(report);

/** How long the decompressor may take to arrive, and the pause before it is asked for again. */
const LOAD_TIMEOUT_MS = 10_000;
const LOAD_AGAIN_MS = 1_000;

const client = load();

// Commands wait for the client and so keep their order.
scope.addEventListener("message", async (event) => take(await client, event.data));

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
      post({ kind: "session", state: { phase: "failed", stage: "ticket", detail } });
      await new Promise((resolve) => setTimeout(resolve, LOAD_AGAIN_MS));
    }
  }
}

function take(client: Client, command: Command): void {
  switch (command.kind) {
    case "open":
      client.run(command.choice).then(() => scope.close());
      break;
    case "close":
      client.close();
      break;
    case "join":
      client.join(command.endpointId, command.canvas);
      break;
    case "leave":
      client.leave();
      break;
    case "show":
      client.attendance?.show(command.display);
      break;
    case "mode":
      client.choose(command.mode);
      break;
    case "control":
      client.attendance?.wishControl(command.wanted);
      break;
    case "input":
      client.attendance?.input(command.events);
      break;
    case "shell":
      client.shells.wish(command.key, command.wish);
      break;
    case "retry":
      client.retry();
      break;
    case "screenshot":
      screenshot(client, command.request);
      break;
    case "hash":
      hash(client, command.request);
  }
}

async function screenshot(client: Client, request: number): Promise<void> {
  try {
    const png = await client.painter?.png();
    post({ kind: "screenshot", request, png, detail: "" });
  } catch (error) {
    post({ kind: "screenshot", request, png: undefined, detail: String(error) });
  }
}

async function hash(client: Client, request: number): Promise<void> {
  post({ kind: "hash", request, sha256: (await client.painter?.sha256()) ?? "" });
}
