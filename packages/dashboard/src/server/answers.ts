/** What a trained run makes or expects, asked for while somebody looks: the command does it, in a process of its own. */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { findKind, isTree, metricLabel } from '@lethe/lab/internal';
import type { Figures, SampleBody, Uncertainty, UncertaintyBody } from '../shared/api.ts';
import { type Answer, ask, type Command } from './children.ts';
import { CannotDo } from './control.ts';
import type { RunEntry } from './run-entry.ts';

/** What `lethe sample --json` says, and the file that it made, in base64. */
export interface Made {
  event: Record<string, unknown>;
  file: { name: string; base64: string };
}

/** Lets a run make something with its best weights. Nothing stays in its directory. */
export async function sampleOf(
  { directory, tree }: RunEntry,
  command: Command,
  { seed, length, temperature, options }: SampleBody,
  signal: AbortSignal,
): Promise<Made> {
  const known = (findKind(tree.task)?.sampling?.options ?? []).map(({ flags }) =>
    flags.split(' ')[0].slice(2),
  );
  const strange = Object.keys(options).find((name) => !known.includes(name));
  if (strange !== undefined) throw new CannotDo(422, `there is no option --${strange} for this run`);
  const scratch = fs.mkdtempSync(path.join(os.tmpdir(), 'lethe-dashboard-'));
  try {
    const file = path.join(scratch, 'sample');
    const given = Object.entries(options).flatMap(([name, value]) =>
      value === '' ? [`--${name}`] : [`--${name}=${value}`],
    );
    const words = ['sample', directory, '--json', '--no-fetch', '--out', file];
    words.push(`--seed=${seed}`, `--length=${length}`, `--temperature=${temperature}`, ...given);
    const answer = await ask(command, words, { signal });
    const [event] = eventsOf(answer);
    if (!event) throw failed(answer);
    const { run: _, file: __, ...rest } = event;
    return {
      event: rest,
      file: { name: path.basename(directory), base64: fs.readFileSync(file).toString('base64') },
    };
  } finally {
    fs.rmSync(scratch, { recursive: true, force: true });
  }
}

/** What a run expects of every token of a text: the lines of `lethe predict --text - --json`. */
export async function predictionsOf(
  { directory }: RunEntry,
  command: Command,
  { text, mc }: { text: string; mc?: number },
  signal: AbortSignal,
): Promise<Record<string, unknown>[]> {
  const words = ['predict', directory, '--json', '--text', '-', ...(mc === undefined ? [] : [`--mc=${mc}`])];
  const answer = await ask(command, words, { input: text, signal });
  if (answer.code !== 0) throw failed(answer);
  return eventsOf(answer);
}

/** How sure a run is of the test data: what `lethe eval --mc` measures. */
export async function uncertaintyOf(
  { directory }: RunEntry,
  command: Command,
  { draws, share, seed }: UncertaintyBody,
  signal: AbortSignal,
): Promise<Uncertainty> {
  const words = ['eval', directory, '--json', '--no-fetch', `--mc=${draws}`, `--seed=${seed}`];
  const answer = await ask(command, [...words, `--share=${share}`], { signal });
  const [event] = eventsOf(answer);
  if (!event || !isTree(event.metrics)) throw failed(answer);
  const metrics = event.metrics as Figures;
  const names = Object.keys(metrics).map((name) => name.replace(/^mc_/, ''));
  const labels = Object.fromEntries(names.map((name) => [name, metricLabel(name)]));
  return { metrics, words: labels, draws };
}

// --- internal ---

function eventsOf({ out, code }: Answer): Record<string, unknown>[] {
  if (code !== 0) return [];
  return out
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

function failed({ code, err }: Answer): CannotDo {
  return new CannotDo(422, err.trim().split('\n').at(-1) || `the command ended with exit code ${code}`);
}
