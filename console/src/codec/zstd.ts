/**
 * zstd in the page: libzstd compiled to wasm by `@bokuweb/zstd-wasm`, driven without that package's own glue.
 *
 * The glue allocates and frees blocks for each call; here one context and two fixed places are reused. The package's
 * version is pinned and its wasm has short export names, so `compileZstd` tries a known frame before it hands the module
 * out.
 *
 * @module
 */
/** The exports used of the wasm, by their short names. */
interface Exports {
  /** memory */
  readonly f: WebAssembly.Memory;
  /** __wasm_call_ctors() */
  g(): void;
  /** ZSTD_isError(code) */
  h(code: number): number;
  /** ZSTD_createDCtx() */
  n(): number;
  /** ZSTD_decompress_usingDict(ctx, to, toBytes, from, fromBytes, dictionary, dictionaryBytes) */
  q(
    ctx: number,
    to: number,
    toBytes: number,
    from: number,
    fromBytes: number,
    dict: number,
    dictBytes: number,
  ): number;
  /** malloc(bytes) */
  s(bytes: number): number;
}

/** What begins every zstd frame, and is left out of payloads. */
const MAGIC = [0x28, 0xb5, 0x2f, 0xfd] as const;
/** A cursor of 256×256 and four bytes is the largest picture that is expanded. */
const OUTPUT_BYTES_MAX = 256 << 10;
const INPUT_BYTES_MAX = (288 << 10) + MAGIC.length;
/** The frame of the three bytes 1, 2, 3, without its magic number. */
const PROBE = Uint8Array.of(0x20, 0x03, 0x19, 0x00, 0x00, 1, 2, 3);
const PROBE_CONTENT = [1, 2, 3];

/** Compiles the wasm and tries it. */
export async function compileZstd(wasm: BufferSource): Promise<WebAssembly.Module> {
  const module = await WebAssembly.compile(wasm);
  if (new Zstd(module).expand(PROBE, PROBE_CONTENT.length)?.join() !== PROBE_CONTENT.join()) {
    throw new Error("the zstd module does not work");
  }
  return module;
}

export class Zstd {
  #exports: Exports;
  readonly #module: WebAssembly.Module;
  #context = 0;
  #input = 0;
  #output = 0;

  /** A decoder with memory of its own, of a module that `compileZstd` gave. */
  constructor(module: WebAssembly.Module) {
    this.#module = module;
    this.#exports = this.#start();
  }

  /**
   * Expands one frame without its magic number; the frame must state its content, at most `bytesMax`. Nothing if
   * it is no such frame. The result is borrowed until the next call.
   */
  expand(frame: Uint8Array, bytesMax: number): Uint8Array | undefined {
    const stated = contentBytes(frame);
    if (stated === undefined || Math.min(bytesMax, OUTPUT_BYTES_MAX) < stated) {
      return undefined;
    }
    if (INPUT_BYTES_MAX < MAGIC.length + frame.length) {
      return undefined;
    }
    const memory = new Uint8Array(this.#exports.f.buffer);
    memory.set(MAGIC, this.#input);
    memory.set(frame, this.#input + MAGIC.length);
    const written = this.#decompress(stated, MAGIC.length + frame.length);
    return written === stated ? new Uint8Array(this.#exports.f.buffer, this.#output, stated) : undefined;
  }

  #decompress(outputBytes: number, inputBytes: number): number | undefined {
    try {
      const { q, h } = this.#exports;
      const result = q(this.#context, this.#output, outputBytes, this.#input, inputBytes, 0, 0);
      return h(result) === 0 ? result : undefined;
    } catch {
      // A trap leaves the instance in an unknown state: start a fresh one.
      this.#exports = this.#start();
      return undefined;
    }
  }

  #start(): Exports {
    const refuse = () => 0;
    const imports = { a: refuse, b: refuse, c: refuse, d: refuse, e: refuse };
    const exports = new WebAssembly.Instance(this.#module, { a: imports }).exports as unknown as Exports;
    exports.g();
    this.#exports = exports;
    this.#context = exports.n();
    this.#input = exports.s(INPUT_BYTES_MAX);
    this.#output = exports.s(OUTPUT_BYTES_MAX);
    return exports;
  }
}

/** The size of the content that a frame (without its magic number) states: RFC 8878 §3.1.1.1. */
function contentBytes(frame: Uint8Array): number | undefined {
  const descriptor = frame[0];
  if (descriptor === undefined) {
    return undefined;
  }
  const isSingleSegment = (descriptor & 0x20) !== 0;
  const sizeFlag = descriptor >> 6;
  if (sizeFlag === 0 && !isSingleSegment) {
    return undefined;
  }
  const dictionaryBytes = [0, 1, 2, 4][descriptor & 0x03] ?? 0;
  const start = 1 + (isSingleSegment ? 0 : 1) + dictionaryBytes;
  const field = frame.subarray(start, start + (1 << sizeFlag));
  if (field.length < 1 << sizeFlag) {
    return undefined;
  }
  const value = field.reduceRight((high, byte) => high * 256 + byte, 0);
  return sizeFlag === 1 ? value + 256 : value;
}
