import { existsSync, readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import { lethe, small, textTable, useFolder } from './testing.suite.ts';

const files = useFolder();
const run = files.at('run');
const dropout = 'variational:input=.1,recurrent=.1,output=.2,embedding=.05';

beforeAll(async () => {
  const table = files.put('reviews.csv', textTable(300));
  const trained = await lethe(
    'train',
    `classify/${table}`,
    ...small,
    '--epochs',
    '20',
    '--dropout',
    dropout,
    '--set',
    'optimizer.stepRate=.01',
    '--out',
    run,
  );
  expect(trained).toMatchObject({ code: 0, err: '' });
  expect(trained.out).toMatch(/texts in 'text' \(--text\)/);
  expect(trained.out).toMatch(/240|210 train, 30 valid, 30 test, 30 calibration/);
  expect(trained.out).toMatch(
    /^accuracy +\d\.\d{4} +\d\.\d{4} +\d\.\d{4} {2}share of examples whose class is right$/m,
  );
}, 120_000);

describe('labelled texts', () => {
  test('are learned, with what was found in the configuration and four splits in the record', () => {
    const done = JSON.parse(readFileSync(`${run}/metrics.jsonl`, 'utf8').trimEnd().split('\n').at(-1)!);
    // Texts whose last adjective decides are easy; half of them is what the majority class has.
    expect(done.best.test.accuracy).toBeGreaterThan(0.8);
    expect(done.baselines.map(({ name }: { name: string }) => name)).toEqual([
      'majority class',
      'bag of words, logistic regression',
    ]);
    expect(done.best.train).toHaveProperty('accuracy');
    const config = JSON.parse(readFileSync(`${run}/config.json`, 'utf8'));
    expect(config.columns).toMatchObject({ text: 'text', label: 'label', labelKind: 'class', group: 'none' });
    expect(config.model).toMatchObject({ head: 'softmax', pooling: 'last' });
    const { data } = JSON.parse(readFileSync(`${run}/environment.json`, 'utf8'));
    expect(data.splits).toEqual({
      train: { examples: 210 },
      valid: { examples: 30 },
      test: { examples: 30 },
      calibration: { examples: 30 },
    });
  });

  test('are measured raw, by draws and calibrated beside simple models', async () => {
    const before = (await lethe('eval', run, '--mc', '8', '--json')).json()[0] as never as {
      metrics: Record<string, number>;
    };
    for (const name of ['accuracy', 'macro_f1', 'nll', 'brier', 'ece', 'aurc']) {
      expect(before.metrics).toHaveProperty(name);
      expect(before.metrics).toHaveProperty(`mc_${name}`);
    }
    expect(before.metrics.mc_mutual_information).toBeGreaterThan(0);
    expect(before.metrics).not.toHaveProperty('calibrated_nll');
    const calibrated = await lethe('calibrate', run, '--mc', '8');
    expect(calibrated).toMatchObject({ code: 0, err: '' });
    expect(calibrated.out).toMatch(
      /holds the truth of at least 90 % of new examples, on average over examples like/,
    );
    const after = await lethe('eval', run, '--mc', '8');
    expect(after.code).toBe(0);
    expect(after.out).toMatch(
      /test-time rule +calibrated +8 draws +8 draws, calibrated +majority class +bag of words/,
    );
    expect(after.out).toMatch(/^coverage_90 +- +\d\.\d{4} +- +\d\.\d{4} +- +-/m);
    expect(after.out).toMatch(
      /^probabilities are those of softmax\(log p|^all 30 examples of the calibration split are right/m,
    );
    // Temperature changes no class.
    expect(after.out).toMatch(/^accuracy +(\d\.\d{4}) +\1 /m);
  });

  test('are answered in the order of the file, with what else the file has', async () => {
    const file = files.put(
      'new.csv',
      'key,text,note\n7,the film was fine,"a, b"\n9,the xyzzy was not bright,\n8,the meal was cold,c\n',
    );
    const out = files.at('answers.csv');
    const given = await lethe('predict', run, '--in', file, '--out', out, '--mc', '8', '--abstain', '.34');
    expect(given.code).toBe(0);
    expect(given.err).toContain("no column 'label': nothing is scored");
    expect(given.err).toMatch(/1 word is not in the vocabulary, read as <unk>: "xyzzy"/);
    expect(given.err).toMatch(
      /a set of classes holds the truth of at least 90 % .*for predictions of 8 draws/,
    );
    const [header, ...rows] = readFileSync(out, 'utf8').trimEnd().split('\r\n');
    expect(header).toBe(
      'key,note,id,line,prediction,probability,p_no,p_yes,entropy,mutual_information,set,simple_set,abstain',
    );
    expect(rows.map((row) => row.replace(/^(\d),(?:"a, b"|c|),(\d),(\d),.*$/, '$1 $2 $3'))).toEqual([
      '7 2 2',
      '9 3 3',
      '8 4 4',
    ]);
    // round(.34 · 3) = 1 row is not answered: the one with the highest entropy.
    expect(rows.filter((row) => row.endsWith(',true'))).toHaveLength(1);
    const cells = (row: string) => row.replace('"a, b"', '').split(',');
    const entropies = rows.map((row) => Number(cells(row)[8]));
    expect(rows[entropies.indexOf(Math.max(...entropies))]).toMatch(/,true$/);
    for (const row of rows) expect(Number(cells(row)[6]) + Number(cells(row)[7])).toBeCloseTo(1, 12);
  });
});

describe('a run of classify', () => {
  test('has the same bits from the same seed, and when it is resumed', async () => {
    const table = files.at('reviews.csv');
    const options = [...small, '--dropout', dropout];
    const weights = (name: string) => readFileSync(files.at(`${name}/checkpoints/best.safetensors`));
    const whole = await lethe(
      'train',
      `classify/${table}`,
      ...options,
      '--epochs',
      '4',
      '--out',
      files.at('whole'),
    );
    expect(whole.code).toBe(0);
    const first = await lethe(
      'train',
      `classify/${table}`,
      ...options,
      '--epochs',
      '2',
      '--out',
      files.at('parts'),
    );
    expect(first.code).toBe(0);
    expect((await lethe('resume', files.at('parts'), '--epochs', '4')).code).toBe(0);
    expect(weights('parts').equals(weights('whole'))).toBe(true);
    expect(existsSync(files.at('parts/reading.json'))).toBe(true);
  }, 60_000);
});

test('lethe data stats shows splits, classes, lengths and simple models', async () => {
  const table = files.at('reviews.csv');
  const { code, out, err } = await lethe('data', 'stats', table);
  expect({ code, err }).toEqual({ code: 0, err: '' });
  expect(out).toMatch(/^split +examples +shortest \/ median \/ longest +no +yes$/m);
  expect(out).toMatch(/^calibration +30 +\d+ \/ \d+ \/ \d+ +\d+ +\d+$/m);
  expect(out).toMatch(/^majority class +0\.\d{4}$/m);
  const json = (await lethe('data', 'stats', table, '--json')).json()[0] as never as { splits: object[] };
  expect(json.splits).toHaveLength(4);
});
