import { describe, expect, it } from 'vitest';
import { ConfigError, NumericsError } from '../errors.ts';
import { NoiseStream } from '../random/stream.ts';
import { type BeamRows, beamSearch, type NextLogits } from './beam-search.ts';

const [V, end, begin, maxLength] = [4, 0, 1, 5];
const stream = new NoiseStream(3);

/** log p(token | sentence, tokens before), a distribution of its own for every beginning. */
function logsOf(sentence: number, before: readonly number[]): number[] {
  const address = before.reduce((sum, token) => sum * 5 + token + 1, sentence + 1);
  const z = [...stream.normals({ site: 'sample', layer: address }, V, 0, 1.5)];
  const total = Math.log(z.reduce((sum, x) => sum + Math.exp(x), 0));
  return z.map((x) => x - total);
}

/** A model that keeps what each row has said, gathered by parents as a state would be. */
function model(sentences: readonly number[]) {
  let said: number[][] = [];
  return ({ step, sentences: open, tokens, parents }: BeamRows) => {
    said = Array.from(tokens, (token, row) => (step === 0 ? [] : [...said[parents![row]], token]));
    return said.flatMap((before, row) => logsOf(sentences[open[row]], before));
  };
}

/** A model by a table: probabilities of the next token behind every beginning that is asked for; its steps are counted. */
function table(probabilities: Record<string, readonly number[]>) {
  let said: string[] = [''];
  const counted = { steps: 0 };
  const step = ({ tokens, parents }: BeamRows): number[] => {
    if (parents) said = Array.from(tokens, (token, row) => `${said[parents[row]]}${token}`);
    counted.steps++;
    return said.flatMap((before) => (probabilities[before] ?? [1, 0, 0, 0]).map(Math.log));
  };
  return { step, counted };
}

/** Every sentence of at most maxLength tokens, with its log p. */
function all(
  sentence: number,
  before: number[] = [],
  log = 0,
): { tokens: number[]; log: number; length: number }[] {
  return logsOf(sentence, before).flatMap((next, token) => {
    if (token === end) return [{ tokens: before, log: log + next, length: before.length + 1 }];
    const tokens = [...before, token];
    if (tokens.length === maxLength) return [{ tokens, log: log + next, length: maxLength }];
    return all(sentence, tokens, log + next);
  });
}

/** Beam search as it is told in a line: the `beam` best go on until no token is left, ends among them are kept, the best by score come first. */
function patient(
  sentence: number,
  beam: number,
  lengthPenalty: number,
): { tokens: number[][]; rows: number } {
  let open: { tokens: number[]; log: number }[] = [{ tokens: [], log: 0 }];
  const done: { tokens: number[]; score: number }[] = [];
  let rows = 0;
  for (let length = 1; length <= maxLength; length++) {
    rows += open.length;
    const all = open
      .flatMap(({ tokens, log }) =>
        logsOf(sentence, tokens).map((next, token) => ({ before: tokens, token, log: log + next })),
      )
      .sort((a, b) => b.log - a.log);
    const score = (log: number): number => log / length ** lengthPenalty;
    for (const { before, token, log } of all.slice(0, beam))
      if (token === end) done.push({ tokens: before, score: score(log) });
    open = all
      .filter(({ token }) => token !== end)
      .slice(0, beam)
      .map(({ before, token, log }) => ({ tokens: [...before, token], log }));
    if (length === maxLength) done.push(...open.map(({ tokens, log }) => ({ tokens, score: score(log) })));
  }
  return { tokens: done.sort((a, b) => b.score - a.score).map(({ tokens }) => tokens), rows };
}

const shared = { begin, end, maxLength };

describe('beam search', () => {
  it.each([0, 0.6, 1, 2])(
    'finds the best of all sentences where the beam holds them, penalty %f',
    (lengthPenalty) => {
      for (const sentence of [0, 1, 2]) {
        const wanted = all(sentence)
          .map(({ tokens, log, length }) => ({ tokens, score: log / length ** lengthPenalty }))
          .sort((a, b) => b.score - a.score)
          .slice(0, 3);
        const options = { ...shared, batch: 1, beam: 300, best: 3, lengthPenalty };
        const [found] = beamSearch(options, model([sentence]));
        expect(found.map(({ tokens }) => [...tokens])).toEqual(wanted.map(({ tokens }) => tokens));
        for (const [i, { score }] of found.entries()) expect(score).toBeCloseTo(wanted[i].score, 6);
      }
    },
  );

  it('gives each sentence of a batch what it has alone', () => {
    const sentences = [4, 0, 2, 7];
    const options = { ...shared, beam: 3, best: 2 };
    const together = beamSearch({ ...options, batch: 4 }, model(sentences));
    const alone = sentences.map((sentence) => beamSearch({ ...options, batch: 1 }, model([sentence]))[0]);
    expect(together).toEqual(alone);
  });

  it('asks for no more of sentences that are done, and cuts each at a length of its own', () => {
    const sentences = [4, 0, 2, 7];
    const maxLength = Int32Array.of(1, 5, 2, 5);
    const widths: number[] = [];
    const inner = model(sentences);
    const together = beamSearch({ ...shared, maxLength, batch: 4, beam: 3 }, (rows) => {
      widths.push(new Set(rows.sentences).size);
      return inner(rows);
    });
    expect(widths[0]).toBe(4);
    expect(widths[1]).toBe(3);
    expect(widths.length).toBeGreaterThan(2);
    for (const [b, [{ tokens, ended }]] of together.entries())
      expect(tokens.length + Number(ended)).toBeLessThanOrEqual(maxLength[b]);
  });

  it('ends where as many hypotheses as the beam has have ended, if it is told so', () => {
    let [exact, early] = [0, 0];
    for (const sentence of [0, 1, 2, 3, 4, 5]) {
      const inner = model([sentence]);
      const count = (until: 'exact' | 'beam') => {
        let steps = 0;
        const options = { ...shared, batch: 1, beam: 2, until };
        const found = beamSearch(options, (rows) => {
          steps++;
          return inner(rows);
        });
        return { steps, score: found[0][0].score };
      };
      const [one, other] = [count('exact'), count('beam')];
      expect(one.score).toBeGreaterThanOrEqual(other.score);
      exact += one.steps;
      early += other.steps;
    }
    expect(early).toBeLessThan(exact);
  });

  it('with one beam takes the most probable token until it is the end', () => {
    for (const sentence of [0, 1, 2, 3, 4]) {
      const tokens: number[] = [];
      let log = 0;
      while (tokens.length < maxLength) {
        const logs = logsOf(sentence, tokens);
        const token = logs.indexOf(Math.max(...logs));
        log += logs[token];
        if (token === end) break;
        tokens.push(token);
      }
      const [[greedy]] = beamSearch({ ...shared, batch: 1, beam: 1 }, model([sentence]));
      expect([...greedy.tokens]).toEqual(tokens);
      expect(greedy.logProbability).toBeCloseTo(log, 6);
      expect(greedy.ended).toBe(tokens.length < maxLength);
    }
  });

  it('finds the same by the most probable tokens of each row alone', () => {
    const sentences = [4, 0, 2, 7];
    for (const beam of [1, 2]) {
      const options = { ...shared, batch: 4, beam, best: beam };
      const inner = model(sentences);
      const top = (rows: BeamRows): NextLogits => {
        const logs = inner(rows);
        const all = Array.from(rows.tokens, (_, row) => {
          // Logits that are too large by 3, and one place more than there are tokens.
          const z = logs.slice(row * V, (row + 1) * V).map((log) => log + 3);
          const order = [...z.keys()].sort((a, b) => z[b] - z[a]);
          return [...order.map((token) => [token, z[token]]), [-1, Number.NEGATIVE_INFINITY]];
        }).flat();
        return {
          tokens: Int32Array.from(all, ([token]) => token),
          logits: all.map(([, logit]) => logit),
          totals: Array.from(rows.tokens, () => 3),
        };
      };
      const [whole, few] = [beamSearch(options, model(sentences)), beamSearch(options, top)];
      expect(few.map((found) => found.map(({ tokens }) => [...tokens]))).toEqual(
        whole.map((found) => found.map(({ tokens }) => [...tokens])),
      );
      for (const [b, found] of few.entries())
        for (const [i, { score }] of found.entries()) expect(score).toBeCloseTo(whole[b][i].score, 6);
    }
  });

  it('asks for a row of each hypothesis, those of a sentence beside each other', () => {
    const asked: number[][] = [];
    const inner = model([4, 0]);
    // No end is possible, so that nothing is left out: one hypothesis, then as many as there are words beside the end, then the beam.
    const step = (rows: BeamRows): number[] => {
      asked.push([...rows.sentences]);
      return inner(rows).map((log, i) => (i % V === end ? Number.NEGATIVE_INFINITY : log));
    };
    beamSearch({ ...shared, batch: 2, beam: 5 }, step);
    expect(asked.slice(0, 3)).toEqual([
      [0, 1],
      [0, 0, 0, 1, 1, 1],
      [0, 0, 0, 0, 0, 1, 1, 1, 1, 1],
    ]);
  });

  it('finds what a search finds that goes on to the end with every hypothesis, and asks for less', () => {
    let [asked, whole] = [0, 0];
    for (const beam of [2, 3, 5]) {
      for (const best of [1, 2]) {
        for (const lengthPenalty of [0, 0.6, 1]) {
          for (let sentence = 0; sentence < 12; sentence++) {
            const inner = model([sentence]);
            const [found] = beamSearch({ ...shared, batch: 1, beam, best, lengthPenalty }, (rows) => {
              asked += rows.tokens.length;
              return inner(rows);
            });
            const wanted = patient(sentence, beam, lengthPenalty);
            whole += wanted.rows;
            expect(found.map(({ tokens }) => [...tokens])).toEqual(wanted.tokens.slice(0, best));
          }
        }
      }
    }
    expect(asked).toBeLessThan(0.9 * whole);
  });

  it('scores what it found by the model, length with the end', () => {
    const [[best]] = beamSearch({ ...shared, batch: 1, beam: 3 }, model([6]));
    const tokens = [...best.tokens];
    const said = best.ended ? [...tokens, end] : tokens;
    const log = said.reduce((sum, token, t) => sum + logsOf(6, tokens.slice(0, t))[token], 0);
    expect(best.logProbability).toBeCloseTo(log, 6);
    expect(best.score).toBeCloseTo(log / said.length, 6);
  });

  it('of equal scores puts the earlier row, then the smaller token first', () => {
    // All four sentences have the probability 1/4; of the first step the end, 1 and 2 are within the beam, and 3 behind them.
    const { step } = table({ '': [0.25, 0.25, 0.25, 0.25] });
    const found = beamSearch({ ...shared, batch: 1, beam: 3, best: 3, lengthPenalty: 0 }, step);
    expect(found[0].map(({ tokens }) => [...tokens])).toEqual([[], [1], [2]]);
  });

  it('goes on while a longer sentence may become better by its length', () => {
    // log(1/2) / 1 at once, log(1/2) / 4 after three more tokens.
    const { step } = table({ '': [0.5, 0, 0.5, 0], 2: [0, 0, 0, 1], 23: [0, 1, 0, 0] });
    const [[best]] = beamSearch({ ...shared, batch: 1, beam: 2 }, step);
    expect([...best.tokens]).toEqual([2, 3, 1]);
    expect(best.score).toBeCloseTo(Math.log(0.5) / 4, 12);
  });

  it('asks for no step once what goes on can at most be as good', () => {
    const { step, counted } = table({ '': [0.5, 0, 0.5, 0] });
    const [[best]] = beamSearch({ ...shared, batch: 1, beam: 2, lengthPenalty: 0 }, step);
    expect([[...best.tokens], counted.steps]).toEqual([[], 1]);
  });

  it('told to end with the beam, ends in the step in which as many hypotheses have', () => {
    // One ends in the first step and one in the second; 23, which goes on, would become the best: log .3 / 3 > log .4.
    const { step, counted } = table({ '': [0.4, 0, 0.6, 0], 2: [0.5, 0, 0, 0.5] });
    const [[best]] = beamSearch({ ...shared, batch: 1, beam: 2, until: 'beam' }, step);
    expect([[...best.tokens], counted.steps]).toEqual([[2], 2]);
  });

  it('refuses senseless options, rows that do not fit, and what are no log-probabilities', () => {
    const search = (options: object, logs: number[] = [-1, -1]) =>
      beamSearch({ ...shared, batch: 1, beam: 1, ...options }, () => logs);
    expect(() => search({ beam: 0 })).toThrow(
      'beamSearch: expected beam to be a whole number from 1 to 1024, got 0',
    );
    expect(() => search({ best: 2 })).toThrow(ConfigError);
    expect(() => search({ beams: 2 })).toThrow(/did you mean 'beam'/);
    expect(() => search({ end: 7 })).toThrow(/rows of more than 7 numbers/);
    expect(() => search({}, [-1, Number.NaN])).toThrow(NumericsError);
    expect(() => search({}, [2, 1])).toThrow(/give log-softmax/);
    const top = (tokens: unknown, logits: number[], total = 0) =>
      beamSearch({ ...shared, batch: 1, beam: 1 }, () => ({ tokens, logits, totals: [total] }) as never);
    expect(() => top(Int32Array.of(2), [-1])).toThrow(/1 rows of 2 tokens or more with a logit each/);
    expect(() => top([2, 3], [-1, -2])).toThrow(/tokens or more/);
    expect(() => top(Int32Array.of(2, 3), [-1, -2, -3])).toThrow(/tokens or more/);
    expect(() => top(Int32Array.of(-1, -1), [0, 0], Number.NaN)).toThrow(NumericsError);
  });
});
