/** From bars as written to bars as played: repeats and endings, ties across bars, and the check that bars add up. */

import { type AbcChordSymbol, type AbcNote, asFraction, fault, type WrittenBar } from './abc-types.ts';

/**
 * The order in which bars are played. A repeat without its beginning goes back to the last repeat sign,
 * double bar or the beginning; an ending belongs to the passes it names and ends at a repeat sign, a double
 * bar or the next ending.
 * @throws DataError where repeats make a tune of more notes than any has
 */
export function playOrder(bars: readonly WrittenBar[], name: string): WrittenBar[] {
  const order: WrittenBar[] = [];
  const known = new Map<number, number>();
  let length = 0;
  let from = 0;
  let explicit = false;
  let pass = 1;
  let inEnding = false;
  const begin = (index: number) => {
    from = index;
    explicit = false;
    pass = 1;
    inEnding = false;
  };
  for (let i = 0; i < bars.length; ) {
    const bar = bars[i];
    if (bar.repeatStart) {
      if (i !== from) begin(i);
      explicit = true;
    }
    if (bar.endings !== undefined) {
      if (!bar.endings.includes(pass)) {
        i = afterEnding(bars, i);
        continue;
      }
      inEnding = true;
    }
    order.push(bar);
    length += 1 + bar.notes.length + bar.chords.length;
    if (length > maxLength) {
      throw fault(
        { name, line: bar.line },
        `the tune is longer than ${maxLength} notes; look at its repeats`,
      );
    }
    if (bar.repeatEnd > 0) {
      const last = inEnding ? lastPass(bars, i, known) : bar.repeatEnd + 1;
      if (pass < last) {
        pass++;
        inEnding = false;
        i = from;
        continue;
      }
      begin(i + 1);
    } else if (bar.sectionEnd && (inEnding || !explicit)) {
      begin(i + 1);
    }
    i++;
  }
  return order;
}

/** Notes and chord symbols in absolute ticks, ties joined. */
export function perform(order: readonly WrittenBar[]): {
  notes: AbcNote[];
  chords: AbcChordSymbol[];
  duration: number;
} {
  const notes: AbcNote[] = [];
  const chords: AbcChordSymbol[] = [];
  const tied = new Map<number, AbcNote>();
  let time = 0;
  for (const bar of order) {
    for (const written of bar.notes) {
      const start = time + written.offset;
      const before = tied.get(written.pitch);
      tied.delete(written.pitch);
      let note: AbcNote;
      if (before !== undefined && before.start + before.duration === start) {
        note = before;
        note.duration += written.duration;
      } else {
        note = { start, duration: written.duration, pitch: written.pitch };
        notes.push(note);
      }
      if (written.tied) tied.set(written.pitch, note);
    }
    for (const { offset, ...symbol } of bar.chords) chords.push({ start: time + offset, ...symbol });
    time += bar.duration;
  }
  return { notes, chords, duration: time };
}

/**
 * Checks, in the order played, that every bar has the length of its metre. Short bars are right in three places only:
 * at the beginning, in pairs that make up one bar (the end of a section and the pickup of the next), and at the
 * end, where the last bar and the first make up one.
 * @throws DataError naming the line of the first bar that does not add up
 */
export function checkBars(order: readonly WrittenBar[], name: string): void {
  for (let i = 0; i < order.length; i++) {
    const { duration, full, line } = order[i];
    if (full === undefined || duration === full) continue;
    if (duration < full) {
      if (i === 0) continue;
      const partner = i + 1 < order.length ? order[i + 1] : order[0];
      if (duration + partner.duration === full) {
        i++;
        continue;
      }
    }
    throw fault(
      { name, line },
      `a bar lasts ${asFraction(duration)} where the metre asks ${asFraction(full)}`,
    );
  }
}

// --- internal ---

/** Bars, notes and chord symbols of a voice as played. */
const maxLength = 1_000_000;

/** Index of the first bar behind the ending that begins at `index`. */
function afterEnding(bars: readonly WrittenBar[], index: number): number {
  let i = index;
  while (i < bars.length) {
    const bar = bars[i++];
    if (bar.repeatEnd > 0 || bar.sectionEnd) break;
    if (i < bars.length && (bars[i].endings !== undefined || bars[i].repeatStart)) break;
  }
  return i;
}

/**
 * The last pass that the ending closing at `index`, or one of the endings right behind it, is for; a first ending alone
 * makes two.
 * @param known what is already known, by the bar where an ending begins
 */
function lastPass(bars: readonly WrittenBar[], index: number, known: Map<number, number>): number {
  let start = index;
  while (bars[start].endings === undefined) start--;
  const chain: number[] = [];
  let i = start;
  while (i < bars.length && bars[i].endings !== undefined && !known.has(i)) {
    chain.push(i);
    i = afterEnding(bars, i);
    if (bars[i - 1].repeatEnd === 0) i = bars.length;
  }
  let last = known.get(i) ?? 2;
  for (const begin of chain.reverse()) {
    last = Math.max(last, ...bars[begin].endings!);
    known.set(begin, last);
  }
  return last;
}
