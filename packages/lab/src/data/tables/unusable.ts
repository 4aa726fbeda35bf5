/** Rows that cannot be used: counted with their lines by reason, and too many of them refused. */
import { ConfigError, DataError } from 'lethe';
import { printable } from 'lethe/internal';

/** A reason, how many rows have it, at how many places, and the first of their lines. */
export interface UnusableReason {
  reason: string;
  count: number;
  places: number;
  lines: number[];
  /** whether its rows held different cells */
  varies?: boolean;
}

/** The rows of a file that cannot be used. */
export class UnusableRows {
  private readonly byReason = new Map<string, UnusableReason>();

  /**
   * Reasons that differ in the cell that was found, `found 'x'`, are one, named by the first.
   * @param rows more than one where a fault takes several lines with it
   */
  add(reason: string, line: number, rows = 1): void {
    const text = printable(reason, 200);
    const key = text.replace(cellFound, "found ''");
    const known = this.byReason.get(key);
    if (!known) this.byReason.set(key, { reason: text, count: rows, places: 1, lines: [line] });
    else {
      if (!known.varies && known.reason !== text) {
        known.varies = true;
        known.reason = known.reason.replace(cellFound, '$& and the like');
      }
      known.count += rows;
      known.places++;
      if (known.lines.length < mostLines) known.lines.push(line);
    }
  }

  get count(): number {
    return this.reasons.reduce((sum, { count }) => sum + count, 0);
  }

  get reasons(): UnusableReason[] {
    return [...this.byReason.values()];
  }

  /** A sentence a reason: `3 rows left out: expected 4 fields, found 3 (lines 7, 19, 20)`. */
  get sentences(): string[] {
    const all = this.reasons.sort((a, b) => b.count - a.count);
    const said = all.slice(0, mostReasons).map(sentence);
    const others = all.slice(mostReasons).reduce((sum, { count }) => sum + count, 0);
    return others > 0
      ? [...said, `${others} more rows left out for ${all.length - mostReasons} other reasons`]
      : said;
  }

  /**
   * Refuses more of them than may be.
   * @param of all rows of the file
   * @param share the largest share; a single row is let pass unless it is 0
   * @throws DataError with reasons and lines
   */
  check(where: string, of: number, share: number): void {
    const { count } = this;
    const most = share === 0 ? 0 : Math.max(1, Math.floor(share * of));
    if (count === 0 || (count <= most && count < of)) return;
    const found =
      count >= of ? `none of its ${of} rows can be used` : `${count} of its ${of} rows cannot be used`;
    const limit = count >= of ? '' : `, and ${most} may be (--max-bad ${share})`;
    throw new DataError(`${where}: ${found}${limit}; mend them, or allow more: ${this.sentences.join('; ')}`);
  }
}

/** The share of rows that may be unusable, checked. */
export function checkedShare(maxBad = defaultMaxBad): number {
  if (typeof maxBad === 'number' && maxBad >= 0 && maxBad <= 1) return maxBad;
  throw new ConfigError(
    `--max-bad: expected a share from 0 to 1, such as 0.05, got ${printable(String(maxBad), 40)}`,
  );
}

/** Unless it is said: one in twenty. */
export const defaultMaxBad = 0.05;

/** `line 7`, `lines 7, 19 and 4 more` */
export function lineList(lines: readonly number[], count = lines.length): string {
  const shown = lines.slice(0, mostLines);
  const more = count > shown.length ? ` and ${count - shown.length} more` : '';
  return `line${count > 1 ? 's' : ''} ${shown.join(', ')}${more}`;
}

// --- internal ---

const mostLines = 5;
const mostReasons = 6;
const cellFound = /found '.*'/;

function sentence({ reason, count, places, lines }: UnusableReason): string {
  const rows = count === 1 ? '1 row' : `${count} rows`;
  return `${rows} left out: ${reason} (${lineList(lines, places)})`;
}
