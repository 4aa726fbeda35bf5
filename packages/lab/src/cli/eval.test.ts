import fs from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import { lethe } from './testing.suite.ts';
import { useTinyText } from './tiny-text-run.suite.ts';

const tiny = useTinyText();
let run: string;
beforeAll(async () => {
  run = await tiny.train('run', '--dropout', 'variational:output=.5');
});

describe('lethe eval of a language model', () => {
  test('shows the figures with what they are, those of draws beside them', async () => {
    const { code, out } = await lethe('eval', run, '--mc', '3');
    expect(code).toBe(0);
    const [header, ...rows] = out.trimEnd().split('\n');
    expect(header).toMatch(/^test of \S+ +test-time rule +3 draws$/);
    expect(rows.map((row) => row.replace(/\d+\.\d{4}/g, '#').split(/ {2,}/))).toEqual([
      ['nll_per_token', '#', '#', 'NLL per token, natural log'],
      ['perplexity', '#', '#', 'exp of it'],
      [
        'predictive_entropy',
        '#',
        '#',
        'entropy of the prediction, in nats; in language models, of at most 2,000 tokens',
      ],
      ['expected_entropy', '-', '#', 'mean entropy over draws or moments of the noise'],
      ['mutual_information', '-', '#', 'their difference, what the noise is unsure of'],
    ]);
  });

  test('draws what a method integrates, and refuses draws of a method without noise', async () => {
    const fast = await tiny.train(
      'fast',
      '--dropout',
      'fast:input=.2,recurrent=.2,output=.4',
      '--cell',
      'rnn',
    );
    const metrics = JSON.parse((await lethe('eval', fast, '--mc', '5', '--json')).out).metrics;
    expect(metrics.mc_mutual_information).toBeGreaterThan(0);
    expect(metrics.mc_nll_per_token).toBeGreaterThan(0);
    const none = await tiny.train('none', '--dropout', 'none');
    expect(await lethe('eval', none, '--mc', '5')).toMatchObject({
      code: 2,
      err: expect.stringContaining('expected a method that draws, found none'),
    });
    expect(JSON.parse((await lethe('eval', none, '--json')).out).metrics).toHaveProperty(
      'predictive_entropy',
    );
  });

  test('takes other streams and other weights', async () => {
    const nll = async (...options: string[]) =>
      JSON.parse((await lethe('eval', run, '--json', ...options)).out).metrics.nll_per_token;
    expect(await nll('--streams', '1')).toBe(await nll());
    // Each stream begins without a state.
    expect(await nll('--streams', '8')).not.toBe(await nll());
    expect(Number.isFinite(await nll('--weights', 'last'))).toBe(true);
  });

  test('refuses a text with another vocabulary, even one of as many words', async () => {
    const text = fs.readFileSync(tiny.text, 'utf8');
    fs.writeFileSync(tiny.text, text.replaceAll('cat', 'fox'));
    const { code, err } = await lethe('eval', run);
    fs.writeFileSync(tiny.text, text);
    expect(code).toBe(2);
    expect(err).toMatch(/expected the vocabulary that it was trained with, of 9, found another in .* of 9;/);
  });
});
