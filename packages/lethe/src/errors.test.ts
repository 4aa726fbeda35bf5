import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

it('the comment of LetheError lists every code', () => {
  const sources = (readdirSync(import.meta.dirname, { recursive: true }) as string[])
    .filter((name) => /(?<!\.test|\.suite)\.ts$/.test(name))
    .map((name) => readFileSync(join(import.meta.dirname, name), 'utf8'));
  const thrown = sources.flatMap((text) =>
    [...text.matchAll(/(?:LetheError|super)\(\s*'(E_\w+)'/g)].map(([, code]) => code),
  );
  expect(thrown.length).toBeGreaterThan(10);
  const comment = /`code` is (.*)\. \*\/\nexport class LetheError/.exec(
    readFileSync(join(import.meta.dirname, 'errors.ts'), 'utf8'),
  )![1];
  expect(comment.match(/E_\w+/g)?.sort()).toEqual([...new Set(thrown)].sort());
});
