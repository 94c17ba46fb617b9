/**
 * System information as a page has it: tables by section, put together from pieces, in words, as text and as JSON.
 *
 * @module
 */
import { type FromSystem, Section, type Table, Unit } from "../../../wire/generated/tools_pb.ts";
import { checkTable } from "../../../wire/tools.ts";

/** In the order in which they are shown; the names are those of the schema, and of the words. */
export const SECTIONS = [
  [Section.IDENTITY, "identity"],
  [Section.OPERATING_SYSTEM, "operating-system"],
  [Section.HARDWARE, "hardware"],
  [Section.DISKS, "disks"],
  [Section.NETWORK, "network"],
  [Section.PROCESSES, "processes"],
  [Section.SERVICES, "services"],
  [Section.USERS, "users"],
  [Section.SOFTWARE, "software"],
  [Section.UPDATES, "updates"],
  [Section.ENVIRONMENT, "environment"],
  [Section.EVENTS, "events"],
] as const;

/** What is known of a section. */
export interface Known {
  readonly tables: readonly Table[];
  /** Why there is nothing, or not all. */
  readonly missing: string;
}

/** Takes the pieces of one answer; gives a section once it is whole. */
export class Gathering {
  #tables: Table[] = [];

  take({ body }: FromSystem): { readonly section: Section; readonly known: Known } | undefined {
    if (body.case === "table") {
      checkTable(body.value);
      const same = this.#tables.find(
        ({ id, section }) => id === body.value.id && section === body.value.section,
      );
      if (same) {
        same.rows.push(...body.value.rows);
      } else {
        this.#tables.push(body.value);
      }
    } else if (body.case === "sectionEnd") {
      const { section, missing } = body.value;
      const tables = this.#tables.filter((table) => table.section === section);
      this.#tables = this.#tables.filter((table) => table.section !== section);
      return { section, known: { tables, missing } };
    }
    return undefined;
  }
}

const BYTES = ["B", "kB", "MB", "GB", "TB", "PB"];

/** A cell for people. */
export function shown(cell: string, unit: Unit, language: string): string {
  if (cell === "") {
    return "–";
  }
  const number = Number(cell);
  switch (unit) {
    case Unit.BYTES:
      return bytes(number, language);
    case Unit.PERMILLE:
      return `${(number / 10).toLocaleString(language, { maximumFractionDigits: 1 })} %`;
    case Unit.TIME_MS:
      return new Date(number).toLocaleString(language);
    case Unit.SECONDS:
      return duration(number);
    case Unit.BOOL:
      return cell === "1" ? "✓" : "✗";
    default:
      return cell;
  }
}

function bytes(count: number, language: string): string {
  let [value, step] = [count, 0];
  while (1000 <= value && step < BYTES.length - 1) {
    value /= 1000;
    step += 1;
  }
  return `${value.toLocaleString(language, { maximumFractionDigits: step === 0 ? 0 : 1 })} ${BYTES[step]}`;
}

function duration(seconds: number): string {
  const two = (value: number) => String(Math.floor(value)).padStart(2, "0");
  const [days, rest] = [Math.floor(seconds / 86_400), seconds % 86_400];
  const clock = `${two(rest / 3600)}:${two((rest % 3600) / 60)}:${two(rest % 60)}`;
  return days === 0 ? clock : `${days} d ${clock}`;
}

/** Whether cells of a unit are ordered as numbers. */
export function isNumber(unit: Unit): boolean {
  return unit !== Unit.TEXT && unit !== Unit.UNSPECIFIED;
}

/** Rows of a table in the order of a column; equal ones as they came. */
export function sorted(table: Table, column: number, isDown: boolean): Table["rows"] {
  const unit = table.columns[column]?.unit ?? Unit.TEXT;
  const sign = isDown ? -1 : 1;
  const texts = new Intl.Collator(undefined, { numeric: true, sensitivity: "base" });
  return [...table.rows].sort((one, other) => {
    const [a, b] = [one.cells[column] ?? "", other.cells[column] ?? ""];
    return sign * (isNumber(unit) ? Number(a) - Number(b) : texts.compare(a, b));
  });
}

/** Rows that have a text in one of their cells, whatever its case. */
export function found(rows: Table["rows"], sought: string): Table["rows"] {
  const wanted = sought.trim().toLowerCase();
  return wanted === ""
    ? rows
    : rows.filter(({ cells }) => cells.some((cell) => cell.toLowerCase().includes(wanted)));
}

/** Everything as text, one fact a line, tables with tabs. */
export function asText(
  all: ReadonlyMap<Section, Known>,
  name: (key: string) => string,
  language: string,
): string {
  const parts: string[] = [];
  for (const [section, key] of SECTIONS) {
    const known = all.get(section);
    if (known === undefined) {
      continue;
    }
    parts.push(`== ${name(`system-${key}`)} ==`);
    for (const table of known.tables) {
      parts.push(tableAsText(table, name, language));
    }
    if (known.missing !== "") {
      parts.push(`(${known.missing})`);
    }
    parts.push("");
  }
  return parts.join("\n");
}

function tableAsText(table: Table, name: (key: string) => string, language: string): string {
  const title = (id: string) => name(`column-${id.replaceAll("_", "-")}`);
  const cell = (text: string, at: number) => shown(text, table.columns[at]?.unit ?? Unit.TEXT, language);
  if (table.isFacts) {
    const cells = table.rows[0]?.cells ?? [];
    return table.columns.map(({ id }, at) => `${title(id)}: ${cell(cells[at] ?? "", at)}`).join("\n");
  }
  const head = table.columns.map(({ id }) => title(id)).join("\t");
  const rows = table.rows.map(({ cells }) =>
    cells.map((text, at) => cell(text, at).replaceAll("\t", " ")).join("\t"),
  );
  return [head, ...rows].join("\n");
}

/** Everything as JSON, with the values as they came: bytes, milliseconds, tenths of a percent. */
export function asJson(all: ReadonlyMap<Section, Known>): string {
  const value = (cell: string, unit: Unit) => {
    if (cell === "") {
      return null;
    }
    return unit === Unit.BOOL ? cell === "1" : isNumber(unit) ? Number(cell) : cell;
  };
  const record = (table: Table, cells: readonly string[]) =>
    Object.fromEntries(table.columns.map(({ id, unit }, at) => [id, value(cells[at] ?? "", unit)]));
  const sections = SECTIONS.flatMap(([section, key]) => {
    const known = all.get(section);
    if (known === undefined) {
      return [];
    }
    const tables = known.tables.map((table) => {
      const rows = table.rows.map(({ cells }) => record(table, cells));
      return [table.id, table.isFacts ? (rows[0] ?? null) : rows];
    });
    const missing = known.missing === "" ? {} : { missing: known.missing };
    return [[key.replaceAll("-", "_"), { ...Object.fromEntries(tables), ...missing }]];
  });
  return JSON.stringify(Object.fromEntries(sections), null, 2);
}
