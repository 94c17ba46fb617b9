/**
 * What things are called: the names of records by their numbers, read once a kind and again when something changed.
 *
 * @module
 */
import { type NameKind, names as read } from "../api/desk.ts";

/** Kinds whose names pages of the administration show: those of the console, and roles. */
export type NamedKind = NameKind | "role";

class Names {
  #lists = $state.raw<ReadonlyMap<NamedKind, ReadonlyMap<number, string>>>(new Map());
  #asked = new Set<NamedKind>();

  /** All of a kind, in the order of their names. Empty until they were read. */
  all(kind: NamedKind): { readonly value: number; readonly label: string }[] {
    const list = [...this.#of(kind)].map(([value, label]) => ({ value, label }));
    return list.sort((a, b) => a.label.localeCompare(b.label));
  }

  /** What one is called; its number, where it is gone. An ellipsis until the names were read. */
  of(kind: NamedKind, id: number): string {
    const list = this.#of(kind);
    return list.get(id) ?? (this.#lists.has(kind) ? `#${id}` : "…");
  }

  /** Something of a kind is there, gone or called otherwise. */
  changed(kind: NamedKind): void {
    this.#read(kind);
  }

  #of(kind: NamedKind): ReadonlyMap<number, string> {
    if (!this.#asked.has(kind)) {
      this.#asked.add(kind);
      this.#read(kind);
    }
    return this.#lists.get(kind) ?? new Map();
  }

  async #read(kind: NamedKind): Promise<void> {
    try {
      const list = await read(kind as NameKind);
      this.#lists = new Map(this.#lists).set(kind, new Map(list.map(({ id, name }) => [id, name])));
    } catch {
      // Numbers are shown instead; the next page that needs the names asks again.
      if (!this.#lists.has(kind)) {
        this.#lists = new Map(this.#lists).set(kind, new Map());
      }
      this.#asked.delete(kind);
    }
  }
}

export const names = new Names();
