/**
 * Words for one page: `locales/en.ftl?words=portal,product` is the part of a language that a page needs, so that a
 * customer on a phone does not load the technician's console. A language stays one file.
 *
 * @module
 */
import { readdirSync, readFileSync } from "node:fs";
import type { Plugin } from "vite";

const LOCALES = new URL("../locales/", import.meta.url);
const QUERY = /\.ftl\?words=([\w,-]+)$/;

/** The languages that there are, by their files. */
export function languages(): string[] {
  return readdirSync(LOCALES)
    .filter((name) => name.endsWith(".ftl"))
    .map((name) => name.slice(0, -".ftl".length))
    .sort();
}

/** The messages of a Fluent file whose key is one of `subjects`, or begins with one and a dash. */
export function wordsOf(text: string, subjects: readonly string[]): string {
  // A message is a line that begins with its key, and the indented or closing lines below it.
  const messages = text.split(/^(?=[a-z][\w-]* =)/m).filter((part) => /^[a-z]/.test(part));
  const isWanted = (message: string) => {
    const key = message.slice(0, message.indexOf(" "));
    return subjects.some((subject) => key === subject || key.startsWith(`${subject}-`));
  };
  const code = (message: string) => message.replace(/^(#.*)?\n/gm, "");
  return messages.filter(isWanted).map(code).join("");
}

/** The plug-in that answers such an import. */
export function words(): Plugin {
  return {
    name: "nearhand-words",
    enforce: "pre",
    load(id) {
      const subjects = QUERY.exec(id)?.[1]?.split(",");
      if (!subjects) {
        return null;
      }
      const file = id.slice(0, id.indexOf("?"));
      this.addWatchFile(file);
      return `export default ${JSON.stringify(wordsOf(readFileSync(file, "utf8"), subjects))};`;
    },
  };
}
