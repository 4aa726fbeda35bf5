/** Takes documents apart: their headings, links and tables, what stands in code, and the command lines of `lethe` in them. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('..', import.meta.url));

/** Every file of the repository. */
export const files: readonly string[] = execFileSync('git', ['ls-files', '-co', '--exclude-standard'], {
  cwd: root,
  encoding: 'utf8',
})
  .trim()
  .split('\n');

/** What people read of the program as it is: docs/api.md is made, and CHANGELOG.md tells of what was. */
export const documents: readonly string[] = files.filter(
  (file) => file.endsWith('.md') && !['docs/api.md', 'CHANGELOG.md'].includes(file),
);

export const textOf = (file: string): string => readFileSync(join(root, file), 'utf8');

const fence = /^```.*\n[\s\S]*?^```$/gm;

/** A document without its blocks of code, line by line as before. */
export const proseOf = (text: string): string => text.replace(fence, (block) => block.replace(/[^\n]/g, ''));

/** The addresses of headings, as GitHub makes them. */
export function anchorsOf(text: string): string[] {
  return [...proseOf(text).matchAll(/^#+ (.*)$/gm)].map(([, heading]) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

/** Targets of links, those of other hosts left out. */
export const linksOf = (text: string): string[] =>
  [...proseOf(text).matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target]) => target)
    .filter((target) => !/^https?:/.test(target));

/** Rows of tables that have more or fewer cells than their head. */
export function crookedRows(text: string): string[] {
  let cells: number | undefined;
  return proseOf(text)
    .split('\n')
    .filter((line) => {
      const found = line.startsWith('|') ? line.replaceAll('\\|', '').split('|').length : undefined;
      const isCrooked = found !== undefined && cells !== undefined && found !== cells;
      cells = found === undefined ? undefined : (cells ?? found);
      return isCrooked;
    });
}

/** What stands between backticks, a line each. */
export const spansOf = (text: string): string[] =>
  [...proseOf(text).matchAll(/`([^`]+)`/g)].map(([, span]) => span.replace(/\s+/g, ' '));

/** `a-{b,c}` is `a-b` and `a-c`. */
export function alternativesOf(text: string): string[] {
  const found = /\{([^{}]*,[^{}]*)\}/.exec(text);
  if (!found) return [text];
  const [whole, words] = found;
  return words
    .split(',')
    .flatMap((word) =>
      alternativesOf(text.slice(0, found.index) + word + text.slice(found.index + whole.length)),
    );
}

/** Arguments of `lethe` as a shell hands them over: of blocks whole lines, of backticks what may be a part of one. */
export function commandsOf(text: string): { whole: string[][]; parts: string[][] } {
  const blocks = [...text.matchAll(/^```(?:sh)?\n([\s\S]*?)^```$/gm)].map(([, block]) => {
    const joined = block.replace(/\\\n\s*/g, ' ');
    const settings = [...joined.matchAll(/^(\w+)="([^"]*)"/gm)];
    const values = new Map(settings.map(([, name, value]) => [name, value]));
    const lines = settings.reduce((all, [setting]) => all.replace(setting, ''), joined).split('\n');
    return lines.map((line) => line.replace(/\$(\w+)/g, (_, name) => values.get(name) ?? name));
  });
  return {
    whole: blocks.flat().flatMap((line) => argumentsIn(line)),
    parts: spansOf(text)
      .filter((span) => /^(npx )?lethe /.test(span))
      .flatMap(argumentsIn),
  };
}

// --- internal ---

function argumentsIn(line: string): string[][] {
  const words = (line.match(/#.*$|;|(?:"[^"]*"|[^\s"#;])+/g) ?? []).filter((word) => !word.startsWith('#'));
  return words.flatMap((word, i) => {
    if (word !== 'lethe') return [];
    const rest = words.slice(i + 1);
    const end = rest.findIndex((one) => [';', '|', '>'].includes(one));
    return [rest.slice(0, end < 0 ? undefined : end).map((one) => one.replaceAll('"', ''))];
  });
}
