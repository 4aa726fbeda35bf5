import fc from 'fast-check';
import { DataError } from 'lethe';
import { describe, expect, test } from 'vitest';
import { type AbcTune, readAbc, TICKS_PER_QUARTER } from './abc.ts';
import { parseChord } from './abc-chord.ts';
import { parseKey } from './abc-key.ts';

// Expected numbers are counted by hand from the ABC standard 2.1; C is middle C, MIDI 60. Times are in quarters.

const tune = (body: string, header = 'M:4/4\nL:1/4\nK:C'): AbcTune =>
  readAbc(`X:1\nT:Test\n${header}\n${body}\n`, { name: 'test.abc' })[0];
const pitches = (body: string, header?: string) => tune(body, header).notes.map((note) => note.pitch);
const lengths = (body: string, header?: string) =>
  tune(body, header).notes.map((note) => note.duration / TICKS_PER_QUARTER);
const starts = (body: string, header?: string) =>
  tune(body, header).notes.map((note) => note.start / TICKS_PER_QUARTER);
const message = (text: string, strict = false): string => {
  try {
    readAbc(text, { name: 'test.abc', strict });
  } catch (error) {
    expect(error).toBeInstanceOf(DataError);
    return (error as Error).message;
  }
  return 'no error';
};

describe('the header', () => {
  test('gives number, titles, composer, origin, remarks, metre, tempo and key', () => {
    const text =
      'X:12\nT:One\nT:Other\nC:Somebody\nO:Somewhere\nN:1850\nM:6/8\nL:1/8\nQ:3/8=100 % brisk\nK:Em\nEFG ABc|\n';
    const [read] = readAbc(text, { name: 'test.abc' });
    expect(read).toMatchObject({
      number: 12,
      titles: ['One', 'Other'],
      composer: 'Somebody',
      origin: 'Somewhere',
    });
    expect(read.remarks).toEqual(['1850']);
    expect(read.meter).toMatchObject({ numerator: 6, denominator: 8, compound: true });
    expect(read.tempo).toBe(150);
    expect(read.key).toMatchObject({ tonic: 4, third: 'minor' });
  });

  test('without L: counts in eighths, and in sixteenths below 3/4', () => {
    expect(lengths('C', 'M:3/4\nK:C')).toEqual([0.5]);
    expect(lengths('C', 'M:2/4\nK:C')).toEqual([0.25]);
  });

  test('of the file holds for all its tunes, and free text between tunes is no music', () => {
    const tunes = readAbc('L:1/2\n\nX:1\nK:C\nC|\n\nSome words: here\n\nX:2\nK:C\nD|\n', {
      name: 'test.abc',
    });
    expect(tunes.map((read) => read.notes[0].duration / TICKS_PER_QUARTER)).toEqual([2, 2]);
  });

  test('knows keys, modes and written accidentals', () => {
    const place = { name: 'test.abc', line: 1 };
    expect(parseKey('G', place)?.alterations).toEqual({ F: 1 });
    expect(parseKey('Em', place)).toMatchObject({ tonic: 4, third: 'minor', alterations: { F: 1 } });
    expect(parseKey('Ador', place)).toMatchObject({ tonic: 9, third: 'minor', alterations: { F: 1 } });
    expect(parseKey('D mix', place)).toMatchObject({ tonic: 2, third: 'major', alterations: { F: 1 } });
    expect(parseKey('Bb', place)).toMatchObject({ tonic: 10, alterations: { B: -1, E: -1 } });
    expect(parseKey('E phrygian', place)?.alterations).toEqual({});
    expect(parseKey('F#m clef=bass', place)?.alterations).toEqual({ F: 1, C: 1, G: 1 });
    expect(parseKey('none', place)?.alterations).toEqual({});
    expect(parseKey('D =c ^g', place)?.alterations).toEqual({ F: 1, C: 0, G: 1 });
    expect(parseKey('D exp _b', place)?.alterations).toEqual({ B: -1 });
    expect(parseKey('exp ^f _b', place)?.alterations).toEqual({ F: 1, B: -1 });
    expect(parseKey('D ^g_b middle=B', place)?.alterations).toEqual({ F: 1, C: 1, G: 1, B: -1 });
    expect(parseKey('HP', place)?.alterations).toEqual({ F: 1, C: 1 });
    expect(parseKey('Hp clef=treble', place)?.alterations).toEqual({ F: 1, C: 1 });
    expect(parseKey('D Dorian octave=-1', place)?.alterations).toEqual({});
    expect(parseKey('B♭', place)?.alterations).toEqual({ B: -1, E: -1 });
    expect(parseKey('C# loc treble+8', place)?.alterations).toEqual({ F: 1, C: 1 });
  });

  test('gives no key where a field speaks of the staff alone, and none where it is empty', () => {
    const place = { name: 'test.abc', line: 1 };
    for (const staff of [
      'bass',
      ' treble',
      'alto4',
      'Bass',
      'treble-8',
      'perc',
      'clef=alto',
      'clef=none',
      'clef=bass octave=-1',
      'octave=-1',
      'transpose=2',
      'middle=d',
      'm=B',
      't=-2',
      'stafflines=1',
      'bass middle=d stafflines=5',
    ])
      expect([staff, parseKey(staff, place)]).toEqual([staff, undefined]);
    for (const none of ['', ' ', 'none', 'None', 'none clef=bass', 'C', 'Am'])
      expect([none, parseKey(none, place)?.alterations]).toEqual([none, {}]);
  });
});

describe('notes', () => {
  test('have their octave from case, commas and apostrophes', () => {
    expect(pitches("C,, C, C c c' B")).toEqual([36, 48, 60, 72, 84, 71]);
  });

  test('follow the key, and an accidental lasts to the end of its bar in every octave', () => {
    expect(pitches('F ^C C c | C', 'M:4/4\nL:1/4\nK:G')).toEqual([66, 61, 61, 73, 60]);
    expect(pitches('=F F | F __B', 'M:4/4\nL:1/4\nK:G')).toEqual([65, 65, 66, 69]);
  });

  test('have lengths as multiples, fractions and slashes', () => {
    expect(lengths('A2 A3/2 A/ A// A/4 A')).toEqual([2, 1.5, 0.5, 0.25, 0.25, 1]);
  });

  test('share their lengths in broken rhythm', () => {
    expect(lengths('A>B A<B A>>B A > ^B')).toEqual([1.5, 0.5, 0.5, 1.5, 1.75, 0.25, 1.5, 0.5]);
    expect(starts('A>B z')).toEqual([0, 1.5]);
  });

  test('wait for rests, and Z rests for whole bars', () => {
    expect(starts('z A x/ B | Z2 | c')).toEqual([1, 2.5, 11.5]);
  });

  test('join over ties, also over the bar line with their accidental', () => {
    expect(lengths('A2-A B | B')).toEqual([3, 1, 1]);
    expect(lengths('z3 ^F-|F2 F')).toEqual([3, 1]);
    expect(pitches('z3 ^F-|F2 F')).toEqual([66, 65]);
    expect(lengths('[CE]-[CE]')).toEqual([2, 2]);
  });

  test('come as triplets and other tuplets', () => {
    expect(starts('(3ABc d')).toEqual([0, 2 / 3, 4 / 3, 2]);
    expect(lengths('(3:2:2A2B c')).toEqual([4 / 3, 2 / 3, 1]);
    expect(lengths('(2AB', 'M:6/8\nL:1/8\nK:C')).toEqual([0.75, 0.75]);
    expect(tune('(5ABcde|').duration).toBe(2 * TICKS_PER_QUARTER);
  });

  test('sound together in chords, whose length is the first note’s', () => {
    expect(pitches('[CE^G]2 [C,2G,2] | G')).toEqual([60, 64, 68, 48, 56, 67]);
    expect(starts('[CEG]2 [CE]/ A')).toEqual([0, 0, 0, 2, 2, 2.5]);
  });

  test('are not changed by slurs, grace notes, decorations, annotations, spacers and comments', () => {
    const plain = pitches('A B c d');
    expect(pitches('(A {/g}B) .c !trill!d % e f')).toEqual(plain);
    expect(pitches('~A vB uc "^slowly"Td y `')).toEqual(plain);
    expect(pitches('A B \\\nc d')).toEqual(plain);
    expect(pitches('+fermata+A B\nw: words of it\nc d')).toEqual(plain);
    expect(pitches('WA B c d', 'U:W = !trill!\nM:4/4\nL:1/4\nK:C')).toEqual(plain);
  });

  test('obey fields in the line and between lines', () => {
    expect(pitches('F [K:G]F\nK:F\nB')).toEqual([65, 66, 70]);
    expect(lengths('A [L:1/8]A\nL:1/2\nA')).toEqual([1, 0.5, 2]);
    expect(starts('A [M:3/4] Z | A')).toEqual([0, 4]);
  });

  // F is 65; in D major it is F sharp, 66. A clef, an octave mark or a transposition leaves the key as it is.
  test('keep their key through clefs and other properties of the staff', () => {
    const inD = 'M:4/4\nL:1/4\nK:D';
    for (const field of ['bass', 'clef=bass', ' treble', 'alto3', 'clef=none', 'middle=d', 'stafflines=1'])
      expect([field, pitches(`F [K:${field}] F |\nK:${field}\nF`, inD)]).toEqual([field, [66, 66, 66]]);
    expect(pitches('F [K:octave=-1] F [K:bass] F', inD)).toEqual([66, 54, 54]);
    expect(pitches('F [K:none] F [K:D] F [K:] F [K:HP] F', inD)).toEqual([66, 65, 66, 65, 66]);
    expect(pitches('F [K:G clef=bass] F c', inD)).toEqual([66, 66, 72]);
    // The key of a header that names a clef alone has no accidentals.
    expect(pitches('F', 'M:4/4\nL:1/4\nK:clef=bass')).toEqual([65]);
    expect(pitches('F', 'M:4/4\nL:1/4\nK:')).toEqual([65]);
  });

  test('keep bar accidentals, ties, metre and unit length through a clef', () => {
    const inD = 'M:4/4\nL:1/4\nK:D';
    expect(pitches('=F [K:bass] F | F', inD)).toEqual([65, 65, 66]);
    expect(lengths('F2-[K:bass]F2 | F', inD)).toEqual([4, 1]);
    expect(lengths('A [L:1/8] A [K:alto] A', inD)).toEqual([1, 0.5, 0.5]);
    expect(starts('[M:3/4] A3 | [K:bass] Z | A', inD)).toEqual([0, 6]);
    // C natural is 72, C sharp 73: the repeat plays both bars again, with the key that each was written in.
    expect(pitches('|: c [K:bass] c | [K:G] c :|', inD)).toEqual([73, 73, 72, 73, 73, 72]);
  });

  test('add transposition, octave and clef, each until the field says otherwise', () => {
    expect(pitches('C [K:octave=-1] C [K:octave=0] C', 'M:4/4\nL:1/4\nK:C transpose=2')).toEqual([
      62, 50, 62,
    ]);
    expect(pitches('C [K:treble] C [K:clef=tenor+8] C', 'M:4/4\nL:1/4\nK:C treble-8')).toEqual([48, 60, 72]);
    expect(pitches('V:bass clef=treble-8\nC\nV:bass octave=1\nC')).toEqual([48, 60]);
  });

  test('of each voice follow the key and clef of that voice', () => {
    const { notes } = tune(
      'V:1\nF [K:bass] F | F\nV:2\n[K:C] F F | [K:clef=alto] F\nV:1\nF',
      'M:2/4\nL:1/4\nV:1\nV:2 clef=bass octave=1\nK:D',
    );
    const first = notes.filter(({ pitch }) => pitch < 72).map(({ pitch }) => pitch);
    expect(first).toEqual([66, 66, 66, 66]);
    expect(notes.filter(({ pitch }) => pitch >= 72).map(({ pitch }) => pitch)).toEqual([77, 77, 77]);
  });

  test('of every voice follow the fields that stand before the first music', () => {
    const { notes } = tune('K:D\nL:1/8\nV:1\nF\nV:2\nF,', 'M:2/4\nL:1/4\nV:1\nV:2\nK:C');
    expect(notes.map(({ pitch, duration }) => [pitch, duration / TICKS_PER_QUARTER])).toEqual([
      [54, 0.5],
      [66, 0.5],
    ]);
    // A change behind the first music is that voice's alone.
    expect(tune('F|[K:D]F\nV:2\nF').notes.map(({ pitch }) => pitch)).toEqual([65, 65, 66]);
  });

  test('of two voices sound at the same time', () => {
    const { notes, duration } = tune('V:1\nc2|\nV:2 octave=-1\nC D|');
    expect(notes.map((note) => note.pitch)).toEqual([48, 72, 50]);
    expect(duration).toBe(2 * TICKS_PER_QUARTER);
  });
});

describe('chord symbols', () => {
  test('stand at their times', () => {
    const { chords } = tune('"Am7"A2 "G"B2 | "soft" c4');
    expect(chords.map(({ start, text }) => [start / TICKS_PER_QUARTER, text])).toEqual([
      [0, 'Am7'],
      [2, 'G'],
      [4, 'soft'],
    ]);
    expect(chords[2].chord).toBeUndefined();
  });

  test('are read as root, intervals and bass', () => {
    expect(parseChord('Am7')).toEqual({ root: 9, intervals: [0, 3, 7, 10] });
    expect(parseChord('F#dim')).toEqual({ root: 6, intervals: [0, 3, 6] });
    expect(parseChord('Bb/D')).toEqual({ root: 10, intervals: [0, 4, 7], bass: 2 });
    expect(parseChord('Fine')).toBeUndefined();
    expect(parseChord('Cconstructor')).toBeUndefined();
  });
});

describe('repeats', () => {
  // Each bar is one note, so that the pitches spell the order of the bars.
  const order = (body: string) =>
    tune(body, 'M:1/4\nL:1/4\nK:C')
      .notes.map((note) => 'C D EF G A B'[note.pitch - 60])
      .join('');

  test('play a section twice', () => {
    expect(order('|: C | D :| E |]')).toBe('CDCDE');
    expect(order('C | D :| E |]')).toBe('CDCDE');
    expect(order('|: C :: D :| E')).toBe('CCDDE');
    expect(order('C || D :| E')).toBe('CDDE');
    expect(order('|:: C ::| D')).toBe('CCCD');
  });

  test('take first and second endings', () => {
    expect(order('|: C |1 D :|2 E || F')).toBe('CDCEF');
    expect(order('|: C |[1 D :|[2 E :| F')).toBe('CDCEF');
    expect(order('|: C | [1,3 D :| [2,4 E :| F')).toBe('CDCECDCEF');
    expect(order('|: C |1-2 D :|3 E |]')).toBe('CDCDCE');
    expect(order('|: C |1 D :| E')).toBe('CDCE');
    expect(order('|: C |1 D :|2 E |: F |1 G :|2 A |]')).toBe('CDCEFGFA');
  });
});

describe('errors', () => {
  const text = (body: string) => `X:1\nM:4/4\nL:1/4\nK:C\n${body}\n`;

  test('name file, line, column and the unknown token', () => {
    expect(message(text('A B c d |\nA B ? d |'))).toBe("abc: test.abc line 6 column 5: unknown token '?'");
    expect(message(text('A & B'))).toBe("abc: test.abc line 5 column 3: unknown token '&'");
    expect(message(text('A [CQ] B'))).toBe("abc: test.abc line 5 column 5: unknown token 'Q'");
    expect(message(text('A "G B'))).toContain('line 5 column 3: unknown token \'"G B');
    expect(message(text('> A'))).toBe("abc: test.abc line 5 column 1: unknown token '>'");
    expect(message(text('A [X:2] B'))).toContain("column 3: unknown token 'X:'");
    expect(message(text('A k'))).toContain("column 3: unknown token 'k'");
    expect(message(text('A/0'))).toContain("unknown token '/0'");
    expect(message(text('A | [0 B'))).toContain('unknown token');
  });

  test('tell of keys, metres and lengths that do not exist', () => {
    expect(message('X:1\nK:H\nA\n')).toContain("line 2 column 1: unknown key 'H'");
    expect(message('X:1\nK:Gfoo\nA\n')).toContain("unknown mode 'foo'");
    expect(message('X:1\nM:4/5\nK:C\nA\n')).toContain("unknown metre '4/5'");
    expect(message('X:1\nL:1/7\nK:C\nA\n')).toContain("unknown note length '1/7'");
    expect(message(text('A3/11'))).toContain('cannot be counted');
    expect(message(text("c''''''''"))).toContain('outside the MIDI range');
  });

  test('tell of files without tunes and tunes without key', () => {
    expect(message('nothing here')).toBe(
      'abc: test.abc line 1: found no tune; a tune begins with a line X:1',
    );
    expect(message('X:1\nT:Keyless\n')).toContain('the tune has no key');
    expect(message('X:1\nT:Keyless\nA B c\n')).toContain(
      "line 3 column 1: expected a field such as T: or K:, found 'A B c'",
    );
  });

  test('tell of bars that do not add up only when asked to be strict', () => {
    expect(message(text('A B c d |\nA B c |\nA B c d |]'))).toBe('no error');
    expect(message(text('A B c d |\nA B c |\nA B c d |]'), true)).toBe(
      'abc: test.abc line 6: a bar lasts 3/4 where the metre asks 1/1',
    );
    expect(message(text('A B c d e |'), true)).toContain('a bar lasts 5/4');
  });

  test('do not tell of a pickup and the short bars that complete it', () => {
    expect(message(text('A | A B c d | A B c |]'), true)).toBe('no error');
    expect(message(text('|: A | A B c d | A B c :|: G | A B c d | A B c :|'), true)).toBe('no error');
    expect(message(text('|: A | A B c d |1 A B c :|2 A4 || A4 | A B c |]'), true)).toBe('no error');
    expect(message(text('A | A B c d | A B c d |]'), true)).toBe('no error');
    expect(message(text('A | A B c d | A B |]'), true)).toContain('a bar lasts 1/2');
  });

  test('are short, and come soon, whatever the size of what is wrong', () => {
    const long = '1'.repeat(300_000);
    for (const body of [`A${long}`, `[1,${long}A`, `[${'C'.repeat(300_000)}Q]`, `[${'A'.repeat(300_000)}:]`])
      expect(message(text(body)).length).toBeLessThan(300);
    for (const header of [`K:G${'o'.repeat(300_000)}`, `K:${'#'.repeat(300_000)}`, `M:${long}`, `L:${long}`])
      expect(message(`X:1\n${header}\nK:C\nA\n`).length).toBeLessThan(300);
    expect(message('X:1\nK:Gconstructor\nA\n')).toContain("unknown mode 'constructor'");
    // A megabyte of rests of 999 bars, and a section played 99 times over and over.
    expect(message(text('Z999'.repeat(250_000)))).toContain('more than 100000 bars');
    expect(message(text('[1-99 C:|'.repeat(50_000)))).toMatch(/no error|longer than 1000000 notes/);
    expect(message(text(`|:${'C|'.repeat(50_000)}[1-99 C:|`))).toContain('longer than 1000000 notes');
  });

  test('are absent from chords and tunes of any size', () => {
    expect(tune(`[${'C'.repeat(200_000)}]`).notes).toHaveLength(200_000);
    expect(tune('C'.repeat(300_000)).notes).toHaveLength(300_000);
    expect(pitches(`|[${'1,'.repeat(200_000)}1C:|D`)).toEqual([60, 62]);
  });

  test('are the only ones that any text brings about', () => {
    const token = fc.constantFrom(
      ...[
        'A',
        '^c',
        '_B,',
        'z',
        'Z2',
        '2',
        '/',
        '3/2',
        '>',
        '<<',
        '-',
        '(3',
        '(5:3',
        '(',
        ')',
        '[CE]',
        '[',
        ']',
        '|',
        ':|',
        '|:',
      ],
      ...[
        '::',
        '|1',
        ':|2',
        '[1',
        '[1,3',
        '||',
        '|]',
        '"G"',
        '"',
        '{',
        '}',
        '!p!',
        '!',
        ' ',
        '\n',
        '[K:Em]',
        '[M:6/8]',
        'V:2\n',
        '%',
        '?',
      ],
    );
    fc.assert(
      fc.property(fc.array(token, { maxLength: 40 }), (tokens) => {
        try {
          const [read] = readAbc(text(tokens.join('')), { name: 'test.abc' });
          for (const { start, duration } of read.notes) {
            expect(Number.isInteger(start) && Number.isInteger(duration) && duration > 0).toBe(true);
            expect(start + duration).toBeLessThanOrEqual(read.duration);
          }
        } catch (error) {
          expect(error).toBeInstanceOf(DataError);
        }
      }),
      { seed: 1, numRuns: 3000 },
    );
  });
});
