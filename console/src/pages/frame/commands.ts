/**
 * What the palette offers: pages, sessions, and things to do, found by their words. Pure but for what is run.
 *
 * @module
 */

export interface Command {
  readonly id: string;
  readonly label: string;
  /** Of which kind it is, told beside it. */
  readonly kind: string;
  run(): void;
}

/** Commands that the palette shows at most. */
const SHOWN_MAX = 12;

/** Those whose label has every typed word in it; a word at the beginning of the label counts most. */
export function findCommands(commands: readonly Command[], typed: string): Command[] {
  const words = plain(typed).split(/\s+/).filter(Boolean);
  const rank = ({ label }: Command): number => {
    const text = plain(label);
    if (!words.every((word) => text.includes(word))) {
      return -1;
    }
    return words.filter((word) => text.startsWith(word) || text.includes(` ${word}`)).length;
  };
  return commands
    .map((command) => ({ command, rank: rank(command) }))
    .filter((one) => 0 <= one.rank)
    .sort((a, b) => b.rank - a.rank)
    .slice(0, SHOWN_MAX)
    .map((one) => one.command);
}

/** Without accents and capitals: who looks for "equipe" finds "Équipe". */
function plain(text: string): string {
  return text
    .normalize("NFD")
    .replace(/\p{Diacritic}/gu, "")
    .toLowerCase()
    .trim();
}
