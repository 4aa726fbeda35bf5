/** Runs the TypeScript examples of a document as a stranger would: each block one file. */
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Documents with examples, and how many each has. */
export const exampleCounts = {
  'README.md': 2,
  'docs/decomposition.md': 1,
  'docs/exchange.md': 1,
  'docs/methods.md': 16,
  'docs/translate.md': 1,
  'packages/lethe/README.md': 1,
} as const satisfies Record<string, number>;

/** The blocks of a document. */
export function examplesOf(document: string): string[] {
  return [...document.matchAll(/```ts\n([\s\S]*?)```/g)].map((match) => match[1]);
}

/** What an example printed, and what its comments promise of each line. */
export function runExample(
  code: string,
  folder: string,
  name: string,
): { status: number | null; stderr: string; printed: string[]; promised: string[] } {
  const file = join(folder, `${name}.mts`);
  writeFileSync(file, code);
  const run = spawnSync(process.execPath, ['--import', 'tsx', '--conditions', 'lethe-source', file], {
    cwd: folder,
    encoding: 'utf8',
  });
  // each `console.log(…) // expected` line of an example is what it prints
  const promised = [...code.matchAll(/console\.log\(.*\);? *\/\/ (.*)/g)].map((match) => match[1]);
  const printed = run.stdout
    .trim()
    .split('\n')
    .filter((line) => line !== '');
  return { status: run.status, stderr: run.stderr, printed, promised };
}
