/**
 * What the relay answers, as pages read it.
 *
 * @module
 */
import { describe, expect, test } from "vitest";

import { readList } from "../src/api/long-list.ts";

describe("a list", () => {
  const odd = { name: 'a "quoted" \\ name, {with} [brackets]', inner: [{ deep: ["x", {}] }], none: null };

  async function read(text: string): Promise<{ list: unknown[]; rests: number }> {
    let rests = 0;
    const list = await readList(text, async () => {
      rests += 1;
    });
    return { list, rests };
  }

  test.each([0, 1, 3])("of %i elements is read at once", async (count) => {
    const elements = Array.from({ length: count }, (_, id) => ({ id, ...odd }));
    expect(await read(JSON.stringify(elements))).toEqual({ list: elements, rests: 0 });
  });

  test("that is long is read in slices, with a rest behind each, and is the same list", async () => {
    const elements = Array.from({ length: 5_000 }, (_, id) => ({ id, ...odd }));
    for (const text of [JSON.stringify(elements), `\n${JSON.stringify(elements, undefined, 1)} `]) {
      const { list, rests } = await read(text);
      expect(list).toEqual(elements);
      expect(rests).toBeGreaterThan(4);
    }
  });

  test("of long texts and of numbers is read too", async () => {
    const elements = ["\\".repeat(200_000), ...Array.from({ length: 50_000 }, (_, at) => at)];
    expect((await read(JSON.stringify(elements))).list).toEqual(elements);
  });

  test.each(["[1,2", '{"a":1}x', `[${"1,".repeat(50_000)}]`, `[${'{"a":1},'.repeat(20_000)}{"a":]`])(
    "that is broken is refused (%#)",
    async (text) => {
      await expect(read(text)).rejects.toThrow(SyntaxError);
    },
  );
});
