/**
 * Writes `.br` and `.gz` beside each text asset of `dist/`, so that the relay compresses nothing itself.
 *
 * @module
 */
import { readdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

const DIST = new URL("../dist/", import.meta.url).pathname;
const COMPRESSIBLE = /\.(html|js|css|svg|wasm|json)$/;
/** Below this a compressed file saves less than a packet. */
const BYTES_MIN = 1024;

for (const name of await readdir(DIST, { recursive: true })) {
  const path = join(DIST, name);
  if (!COMPRESSIBLE.test(name) || (await stat(path)).size < BYTES_MIN) {
    continue;
  }
  const bytes = await readFile(path);
  const quality = { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } };
  await writeFile(`${path}.br`, brotliCompressSync(bytes, quality));
  await writeFile(`${path}.gz`, gzipSync(bytes, { level: 9 }));
}
