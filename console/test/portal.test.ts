/**
 * The customer's page: keys as they are typed, colours that can be read, failures in plain words, and a page's own part
 * of the words.
 *
 * @module
 */
import { describe, expect, test } from "vitest";

import { languages, wordsOf } from "../scripts/words.ts";
import { RequestError } from "../src/api/problem.ts";
import { textOn } from "../src/portal/brand.ts";
import { isWhole, keyInAddress, shownKey } from "../src/portal/key.ts";
import { refusedText } from "../src/portal/refused.ts";

describe("a session key", () => {
  test.each([
    ["abcdefghjk", "ABCDE-FGHJK"],
    ["abcde fghjk", "ABCDE-FGHJK"],
    ["ABCDE–FGHJK and more", "ABCDE-FGHJK"],
    ["abc", "ABC"],
    ["abcde", "ABCDE"],
    ["abcdef", "ABCDE-F"],
    ["", ""],
  ])("S89 %j is shown as %j", (typed, shown) => {
    expect(shownKey(typed)).toBe(shown);
    expect(isWhole(typed)).toBe(shown.length === 11);
  });

  test("S89 it is read from the address that an invitation leads to", () => {
    expect(keyInAddress("#key=ABCDE-FGHJK")).toBe("ABCDE-FGHJK");
    expect(keyInAddress("#")).toBeUndefined();
    expect(keyInAddress("")).toBeUndefined();
  });
});

test.each([
  ["#000000", "#ffffff"],
  ["#ffffff", "#000000"],
  ["#1f5fbf", "#ffffff"],
  ["#ffe600", "#000000"],
  ["#767676", "#000000"],
  ["#757575", "#ffffff"],
])("on a portal's colour %s text is %s", (color, text) => {
  expect(textOn(color)).toBe(text);
});

describe("a failure", () => {
  const t = (key: string, variables?: Record<string, string | number>) =>
    variables ? `${key} ${JSON.stringify(variables)}` : key;
  const problem = (more: object) => new RequestError("x", { type: "", title: "t", status: 400, ...more });

  test("says what is wrong with what was chosen", () => {
    const missing = problem({ rule: "not_found" });
    expect(refusedText(missing, t, { key: "A" })).toBe("portal-refused-key");
    expect(refusedText(missing, t, { technician: 7 })).toBe("portal-refused-away");
    expect(refusedText(problem({ rule: "used" }), t, { key: "A" })).toBe("portal-refused-used");
    expect(refusedText(problem({ rule: "bad_field", detail: "name is empty" }), t)).toBe("name is empty");
  });

  test("says how long to wait, and when nobody answers", () => {
    const often = problem({ key: "throttled", retry_after_ms: 4200 });
    expect(refusedText(often, t)).toBe('portal-refused-often {"seconds":5}');
    expect(refusedText(new RequestError("no answer"), t)).toBe("error-network");
  });
});

describe("a page's words", () => {
  const file = `# All of them.
one = One
one-more = One { $count ->
    [one] more
   *[other] { $count } more
}

# The second.
two = Two
ones = Not one
`;

  test("are those of its subjects, whole, and no others", () => {
    expect(wordsOf(file, ["one"])).toBe(
      "one = One\none-more = One { $count ->\n    [one] more\n   *[other] { $count } more\n}\n",
    );
    expect(wordsOf(file, ["two", "ones"])).toBe("two = Two\nones = Not one\n");
  });

  test("S18 the languages are the files that there are", () => {
    expect(languages()).toEqual(["en", "fr"]);
  });
});
