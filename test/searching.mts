/** For the tests of `lethe search`: a small search, and the command in processes that can be killed. */
import { type ChildProcess, spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readStudy } from '../packages/lab/src/studies/study-record.ts';

/** The command as it is built, for a process of its own. */
export const program = fileURLToPath(new URL('../packages/lab/bin/lethe.js', import.meta.url));

/** Writes a search of `epochs` epochs each over the folk tunes; a trial takes a fraction of a second. */
export function tinySearch(folder: string, epochs: number): string {
  const file = join(folder, `tiny-${epochs}.yaml`);
  writeFileSync(
    file,
    `title: tiny
base: music/folk
set:
  model.hidden: 8
  model.maxIncoming: none
  model.dropout: fast:input={input},recurrent={recurrent},output=.3
  training.epochs: ${epochs}
  training.checkpointEvery: 0
space:
  input: { choice: [0, .1, .2] }
  recurrent: { uniform: [0, .5] }
  optimizer.stepRate: { logUniform: [.0001, .01] }
`,
  );
  return file;
}

/** The command in a process of its own, and its lines of standard output. */
export function start(
  args: string[],
  onLine: (line: string, child: ChildProcess) => void = () => {},
  cwd?: string,
) {
  const child = spawn(process.execPath, [program, ...args], {
    cwd,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [rest, err] = ['', ''];
  child.stdout.on('data', (text) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) onLine(line, child);
  });
  child.stderr.on('data', (text) => {
    err += text;
  });
  const ended = new Promise<{ code: number | null; err: string }>((resolve) =>
    child.on('close', (code) => resolve({ code, err })),
  );
  return { child, ended };
}

/** What a study found out, without times: parameters, states, validations and results of all trials. */
export function findings(directory: string): unknown[] {
  return readStudy(directory).trials.map(({ number, state, parameters, reports, best }) => ({
    number,
    state,
    parameters,
    best,
    validations: reports.map(({ epoch, valid }) => [epoch, valid]),
  }));
}
