/**
 * A task is one folder and one line: the sources of the lab are copied, the folder of a toy is there, its line is added to the registry,
 * and the command does with it all that it does with the others, in processes of its own as well.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { NoiseStream } from 'lethe';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));
mkdirSync(join(root, 'build'), { recursive: true });
/** As deep as `packages/lab`, so that what lies beside the packages is found. */
const copy = mkdtempSync(join(root, 'build', 'toy-'));
afterAll(() => rmSync(copy, { recursive: true, force: true }));

beforeAll(() => {
  const lab = join(root, 'packages', 'lab');
  cpSync(join(lab, 'src'), join(copy, 'src'), {
    recursive: true,
    filter: (file) => !file.endsWith('.test.ts'),
  });
  for (const name of ['package.json', 'build.mjs']) cpSync(join(lab, name), join(copy, name));
  // Which the build has from beside the package.
  cpSync(join(root, 'packages', 'bundle.mjs'), join(root, 'build', 'bundle.mjs'));
  const registry = join(copy, 'src', 'tasks', 'registry.ts');
  const before = readFileSync(registry, 'utf8');
  const after = before
    .replace("import { text } from './text/kind.ts';", "$&\nimport { parity } from './parity/kind.suite.ts';")
    .replace(/(?<=taskKinds: .* = \[)[^\]]+/, '$&, parity');
  expect(after.length).toBeGreaterThan(before.length + 50);
  writeFileSync(registry, after);
  const built = spawnSync(process.execPath, [join(copy, 'build.mjs')], { encoding: 'utf8' });
  expect(built).toMatchObject({ status: 0, stderr: '' });
  writeFileSync(
    join(copy, 'lethe.mjs'),
    "import { main } from './dist/cli/main.js';\nprocess.exitCode = await main(process.argv.slice(2));\n",
  );
  // 100 sequences of 12 bits, from a stream.
  const bits = new NoiseStream(1).uniforms({ site: 'sample' }, 1200);
  const lines = Array.from({ length: 100 }, (_, i) =>
    Array.from(bits.subarray(12 * i, 12 * i + 12), (u) => (u < 0.5 ? 0 : 1)).join(''),
  );
  writeFileSync(join(copy, 'some.bits'), `${lines.join('\n')}\n`);
});

/** The command with the toy among its tasks. */
function lethe(...args: string[]): {
  code: number | null;
  out: string;
  err: string;
  json: () => Record<string, never>[];
} {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['lethe.mjs', ...args], {
    cwd: copy,
    encoding: 'utf8',
  });
  const json = () =>
    stdout
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line));
  return { code: status, out: stdout, err: stderr, json };
}

describe('a task of one folder and one line', () => {
  it('trains with every key of its configuration, a schedule included, and resumes', () => {
    const set = ['--set', 'schedule.kind=after', '--set', 'schedule.epochs=6', '--set', 'training.batch=20'];
    const trained = lethe('train', 'parity/some.bits', '--epochs', '8', '--out', 'run', ...set, '--json');
    expect(trained).toMatchObject({ code: 0, err: '' });
    const [first, ...others] = trained.json().filter(({ event }) => event === 'epoch') as unknown as {
      valid: { nll_per_bit: number };
    }[];
    expect(others.at(-1)!.valid.nll_per_bit).toBeLessThan(first.valid.nll_per_bit);
    const resumed = lethe('resume', 'run', '--epochs', '10', '--json');
    expect(resumed).toMatchObject({ code: 0, err: '' });
    expect(resumed.json().at(-1)).toMatchObject({ event: 'done', epochs: 10 });
    // The same bits as without the pause.
    const whole = lethe('train', 'parity/some.bits', '--epochs', '10', '--out', 'whole', ...set, '--json');
    expect(whole.code).toBe(0);
    const weights = (run: string): Buffer => readFileSync(join(copy, run, 'checkpoints', 'best.safetensors'));
    expect(weights('run').equals(weights('whole'))).toBe(true);
  }, 240_000);

  it('is measured, predicts, and refuses what is of others', () => {
    const measured = lethe('eval', 'run', '--split', 'valid', '--json').json()[0];
    expect(measured.metrics).toHaveProperty('error_rate');
    const predicted = lethe('predict', 'run', '--in', 'some.bits', '--json');
    expect(predicted).toMatchObject({ code: 0, err: '' });
    // 20 of 100 lines are the test split; the last line of the output is that of all.
    expect(predicted.json()).toHaveLength(21);
    expect(predicted.json()[0]).toHaveProperty('odd');
    expect(predicted.json().at(-1)).toHaveProperty('nll_per_bit');
    expect(lethe('predict', 'run')).toMatchObject({
      code: 2,
      err: "lethe predict: required option '--in <FILE>' not specified; `lethe predict --help` lists what there is.\n",
    });
    expect(lethe('sample', 'run')).toMatchObject({
      code: 2,
      err: 'lethe sample: run: expected a run of the music or text task, found one of parity.\n',
    });
    expect(lethe('train', 'parity/some.bits', '--level', 'char')).toMatchObject({
      code: 2,
      err: 'lethe train: --level is for texts, pairs of sentences and labelled data, found parity/some.bits.\n',
    });
  }, 240_000);

  it('is listed, searched by child processes, and reported', () => {
    expect(lethe('config', 'parity', '--json').json()[0].keys).toContainEqual(
      expect.objectContaining({ key: 'schedule.kind' }),
    );
    writeFileSync(
      join(copy, 'search.yaml'),
      'title: toy\nbase: parity/some.bits\nset: { training.epochs: 2 }\nspace: { optimizer.stepRate: { logUniform: [.001, .05] } }\n',
    );
    const searched = lethe('search', 'search.yaml', '--trials', '2', '--out', 'study', '--json');
    expect(searched).toMatchObject({ code: 0, err: '' });
    expect(searched.json().at(-1)).toMatchObject({ event: 'done', states: { complete: 2 } });
    expect(lethe('train', 'study/best.yaml', '--epochs', '1', '--out', 'best', '--json').code).toBe(0);
    expect(lethe('report', 'run', 'whole', 'study', '--out', 'report.html')).toMatchObject({
      code: 0,
      err: '',
    });
    const html = readFileSync(join(copy, 'report.html'), 'utf8');
    expect(html).toContain('NLL per bit (nats), lower is better');
    expect(html).toContain('<h3>What a parity is</h3>');
    expect(html).toContain('8 units count to two.');
  }, 240_000);
});
