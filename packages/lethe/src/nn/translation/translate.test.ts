import { describe, expect, it } from 'vitest';
import { ConfigError } from '../../errors.ts';
import { withThreads } from '../../kernels/settings.ts';
import { NoiseStream } from '../../random/stream.ts';
import { realZeros } from '../../tensor/dtype.ts';
import { beamSearch } from '../beam-search.ts';
import { inspectTranslations } from './inspect.ts';
import { logProbabilities } from './log-probabilities.ts';
import { decoderForms } from './options.ts';
import { batchOf, pairs, smallModel } from './testing.suite.ts';
import { translate } from './translate.ts';

const sentencesOf = (some: typeof pairs) => {
  const { source, sourceLengths: lengths } = batchOf(some);
  return { source, lengths };
};
const noise = new NoiseStream(5, 0, 2);
const method =
  'variational:input=.3,recurrent=.2,output=.3,embedding=.1,context=.3+zoneout:hidden=.1+awd:weight=.2';

describe('translation by beam search', () => {
  it.each(decoderForms)('gives a sentence in a batch what it gives it alone, form %s', (form) => {
    const model = smallModel({ form });
    const together = translate(model, sentencesOf(pairs), { best: 3 });
    for (const [b, pair] of pairs.entries()) {
      const [alone] = translate(model, sentencesOf([pair]), { best: 3 });
      expect(together[b].map(({ tokens }) => [...tokens])).toEqual(alone.map(({ tokens }) => [...tokens]));
      for (const [i, { score }] of together[b].entries()) expect(score).toBeCloseTo(alone[i].score, 5);
    }
  });

  it.each(decoderForms)(
    'finds what a search over all probabilities of whole prefixes does, form %s',
    (form) => {
      // 9 words, fewer than twice the beam; 300, far more, in two segments of the kernel.
      for (const vocabulary of [9, 300]) {
        for (const beam of [1, 5]) {
          const model = smallModel({ form, target: { vocabulary, embedding: 6, hiddenSizes: [7] } });
          const said: number[][] = [];
          const maxLength = 6;
          const settings = { ...{ batch: pairs.length, begin: 1, end: 2, maxLength }, beam, best: beam };
          const wanted = beamSearch(settings, ({ sentences, tokens, parents }) => {
            const before = said.splice(0);
            said.push(
              ...Array.from(tokens, (token, row) => [...(parents ? before[parents[row]] : []), token]),
            );
            return said.flatMap((words, row) => {
              const { source, lengths } = sentencesOf([pairs[sentences[row]]]);
              const input = { words: Int32Array.from(words), batch: 1 };
              const { read } = model.decode(input, model.read(source, lengths));
              const logs = realZeros(words.length * vocabulary);
              logProbabilities(read, model.readout, logs);
              return [...logs.slice(-vocabulary)];
            });
          });
          const found = translate(model, sentencesOf(pairs), { beam, best: beam, maxLength });
          expect(found.map((all) => all.map(({ tokens }) => [...tokens]))).toEqual(
            wanted.map((all) => all.map(({ tokens }) => [...tokens])),
          );
          for (const [b, all] of found.entries())
            for (const [i, { score }] of all.entries()) expect(score).toBeCloseTo(wanted[b][i].score, 5);
        }
      }
    },
  );

  it('gives the same bits by any number of threads', () => {
    const side = (vocabulary: number) => ({ vocabulary, embedding: 32, hiddenSizes: [40] });
    const model = smallModel({ source: side(50), target: side(2000) });
    const words = Array.from({ length: 30 }, (_, b) =>
      Array.from({ length: 1 + (b % 7) }, (_, t) => 3 + ((7 * b + 5 * t) % 47)),
    );
    const sentences = sentencesOf(words.map((source) => ({ source, target: [] })));
    const search = (threads: number) => withThreads(threads, () => translate(model, sentences, { best: 2 }));
    expect(search(2)).toEqual(search(1));
  });

  it.each(decoderForms)('with masks, too, which go by the number of the sentence, form %s', (form) => {
    const model = smallModel({ form, noise: method, bidirectional: true });
    const numbers = [4, 9, 7];
    const together = translate(model, sentencesOf(pairs), { noise, numbers, beam: 4, best: 2 });
    for (const [b, pair] of pairs.entries()) {
      const [alone] = translate(model, sentencesOf([pair]), {
        noise,
        numbers: [numbers[b]],
        beam: 4,
        best: 2,
      });
      expect(together[b].map(({ tokens }) => [...tokens])).toEqual(alone.map(({ tokens }) => [...tokens]));
      for (const [i, { score }] of together[b].entries()) expect(score).toBeCloseTo(alone[i].score, 5);
    }
    const other = translate(model, sentencesOf(pairs), { noise, numbers: [1, 2, 3], beam: 4 });
    expect(other.map(([{ score }]) => score)).not.toEqual(together.map(([{ score }]) => score));
  });

  it.each(decoderForms)('scores its hypotheses as the model does when it is told them, form %s', (form) => {
    for (const draws of [undefined, noise, [noise, noise.at(0, 3), noise.at(0, 4)]]) {
      const model = smallModel({ form, noise: method });
      const found = translate(model, sentencesOf(pairs), { noise: draws, beam: 3 }).map(([best]) => best);
      const batch = batchOf(pairs.map(({ source }, b) => ({ source, target: [...found[b].tokens] })));
      const inspected = inspectTranslations(model, batch, { noise: draws });
      for (const [b, { logProbability, tokens, ended }] of found.entries()) {
        const logs = inspected[b].logProbabilities.slice(0, tokens.length + Number(ended));
        expect(logs.reduce((sum, log) => sum + log, 0)).toBeCloseTo(logProbability, 3);
        for (const row of inspected[b].attention) {
          expect(row.length).toBe(pairs[b].source.length + 1);
          expect(row.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 5);
        }
        for (const entropy of inspected[b].entropies) {
          expect(entropy).toBeGreaterThan(0);
          expect(entropy).toBeLessThan(Math.log(9) + 1e-6);
        }
        expect(inspected[b].information === undefined).toBe(draws === undefined);
      }
    }
  });

  it('draws the same for a sentence however much padding stands behind it', () => {
    const model = smallModel({ noise: method });
    const { source, lengths } = sentencesOf([pairs[0]]);
    const length = source.words.length;
    const padded = {
      words: Int32Array.from({ length: length + 3 }, (_, t) => source.words[t] ?? 0),
      batch: 1,
    };
    const [bare] = translate(model, { source, lengths }, { noise });
    const [other] = translate(model, { source: padded, lengths: Int32Array.of(length) }, { noise });
    expect([...other[0].tokens]).toEqual([...bare[0].tokens]);
    expect(other[0].logProbability).toBeCloseTo(bare[0].logProbability, 5);
  });

  it('of several draws looks for what is most probable on the average: with one beam the largest mean at each step', () => {
    const model = smallModel({ noise: method });
    const draws = [noise, noise.at(0, 7)];
    const [[{ tokens }]] = translate(model, sentencesOf([pairs[0]]), { noise: draws, beam: 1 });
    const { source } = pairs[0];
    for (let t = 0; t < Math.min(4, tokens.length); t++) {
      const before = [...tokens.slice(0, t)];
      const logs = [0, 1, 2, 3, 4, 5, 6, 7, 8].map((token) => {
        const batch = batchOf([{ source, target: [...before, token] }]);
        return inspectTranslations(model, batch, { noise: draws })[0].logProbabilities[t];
      });
      expect(logs.indexOf(Math.max(...logs))).toBe(tokens[t]);
    }
  });

  it('takes an option that is undefined for one that is left out', () => {
    const model = smallModel();
    const none = { begin: undefined, end: undefined, maxLength: undefined, beam: undefined, best: undefined };
    const others = { lengthPenalty: undefined, until: undefined, noise: undefined, numbers: undefined };
    const found = translate(model, sentencesOf(pairs), { ...none, ...others });
    expect(found).toEqual(translate(model, sentencesOf(pairs)));
  });

  it('refuses senseless options', () => {
    const model = smallModel();
    const search = (options: object) => () => translate(model, sentencesOf(pairs), options);
    expect(search({ beam: 0 })).toThrow(
      'translate: expected beam to be a whole number from 1 to 1024, got 0',
    );
    expect(search({ beams: 3 })).toThrow(/did you mean 'beam'/);
    expect(search({ noise: [] })).toThrow(ConfigError);
    expect(search({ noise, numbers: [1] })).toThrow(/a number for each of 3 sentences/);
  });
});
