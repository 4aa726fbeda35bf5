/** What the documents name is there: files, headings, commands with their options, settings, methods, recipes and data sets. */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { dropoutMethods, parseDropout } from 'lethe/dropout';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { lethe } from '../packages/lab/src/cli/testing.suite.ts';
import { averageDefaults } from '../packages/lab/src/runs/averages.ts';
import { scheduleDefaults } from '../packages/lab/src/runs/schedules.ts';
import { taskKinds } from '../packages/lab/src/tasks/registry.ts';
import { listRecipes, listSearches } from '../packages/lab/src/training/recipes.ts';
import {
  alternativesOf,
  anchorsOf,
  commandsOf,
  crookedRows,
  documents,
  files,
  linksOf,
  root,
  spansOf,
  textOf,
} from './documents.mts';
import { rooms } from './rooms.mts';

const named = new Set([
  ...listRecipes(),
  ...listSearches(),
  ...taskKinds.flatMap(({ name, data }) => data.published?.names.map((one) => `${name}/${one}`) ?? []),
]);
const folders = new Set([...named].map((name) => name.split('/')[0]));
/** Names in capitals stand for those of the reader, and so do endings, patterns and what is left out. */
const isOpen = (text: string): boolean => /[A-Z]{2}|\.[a-z]+$|[*…<>[\]]/.test(text);
/** What the program makes in the working copy. */
const isMade = (path: string): boolean => /^mutation\/(reports|\.sandboxes)/.test(path);

const keys = new Set<string>();
for (const { name } of taskKinds) {
  const { out } = await lethe('config', name, '--json');
  for (const { key } of JSON.parse(out).keys) keys.add(key);
}
const sections = new Set([...keys].filter((key) => key.includes('.')).map((key) => key.split('.')[0]));

describe.each(documents)('%s', (document) => {
  const text = textOf(document);
  const { whole, parts } = commandsOf(text);
  const lines = [...whole, ...parts];
  const spans = spansOf(text);

  it('links to files and headings that are there', () => {
    const broken = linksOf(text).filter((link) => {
      const [file, anchor] = link.split('#');
      const target = file === '' ? document : join(dirname(document), file);
      if (!existsSync(join(root, target))) return true;
      return anchor !== undefined && !anchorsOf(textOf(target)).includes(anchor);
    });
    expect(broken).toEqual([]);
  });

  it('has tables whose rows have as many cells as their heads', () => {
    expect(crookedRows(text)).toEqual([]);
  });

  it('has commands that the program understands', async () => {
    for (const line of lines) {
      const complaint = await complaintOf(line);
      // What stands in a sentence may leave out what a command is about.
      if (parts.includes(line) && /argument|not specified/.test(complaint)) continue;
      expect(complaint, line.join(' ')).toContain("unknown option '--none-such'");
    }
  });

  it('names settings that there are', () => {
    const set = lines.flatMap((line) => line.filter((_, i) => line[i - 1] === '--set'));
    const said = spans.flatMap((span) => /^[a-z]\w*(?:\.\w+)+(?=[=: ]|$)/i.exec(span) ?? []);
    const settings = [...set.map((text) => text.split('=')[0]), ...said].filter(
      (key) => sections.has(key.split('.')[0]) && !files.some((file) => file.endsWith(`/${key}`)),
    );
    const isKnown = (key: string): boolean => [...keys].some((one) => `${one}.`.startsWith(`${key}.`));
    expect(settings.filter((key) => !isKnown(key))).toEqual([]);
  });

  it('names methods with settings that they have', () => {
    const method = new RegExp(`^(${dropoutMethods().join('|')}):\\S+$`);
    const said = [...lines.flat(), ...spans].filter((word) => method.test(word) && !isOpen(word));
    for (const words of said) expect(() => parseDropout(words), words).not.toThrow();
  });

  it('names recipes and data sets that there are', () => {
    const words = [...lines.flat(), ...spans.flatMap((span) => span.split(' '))].flatMap(alternativesOf);
    const said = words.filter((word) => /^[\w-]+\/[\w.-]+$/.test(word) && folders.has(word.split('/')[0]));
    // A folder that the document makes is data of one's own.
    const isOwn = (word: string): boolean => text.includes(`mkdir -p ${word.split('/')[1]}\n`);
    expect(said.filter((word) => !named.has(word) && !isOpen(word) && !isOwn(word))).toEqual([]);
  });

  it('names files of the repository that are there', () => {
    const paths = spans
      .flatMap((span) => span.split(' '))
      .flatMap(alternativesOf)
      .filter((word) => !isOpen(word.replace(/\*|\.\w+$/g, '')))
      .filter((word) =>
        /^(\.ci|\.github|packages|docs|test|bench|mutation|corpus|examples)\/[\w./*-]+$/.test(word),
      );
    const lost = paths.filter((path) => {
      const pattern = path.replace(/[.]/g, '\\.').replaceAll('*', '[^/]*').replace(/\/$/, '');
      return !isMade(path) && !files.some((file) => new RegExp(`^${pattern}(/|$)`).test(file));
    });
    // By the end of its path, or its name alone.
    const sources = spans.filter((span) => /^[\w./-]+\.(ts|mts|mjs|cc|h|def)$/.test(span));
    const strange = sources.filter((name) => !files.some((file) => `/${file}`.endsWith(`/${name}`)));
    expect([...lost, ...strange]).toEqual([]);
  });
});

describe('of what there are several, all stand in their document:', () => {
  const codeIn = (document: string): string[] => spansOf(textOf(document));

  it('documents', () => {
    const linked = linksOf(textOf('docs/README.md')).map((link) => join('docs', link));
    const wanted = files.filter((file) => /^docs\/\w[\w-]*\.md$/.test(file) && file !== 'docs/README.md');
    expect(wanted.filter((file) => !linked.includes(file))).toEqual([]);
  });

  it('methods of dropout', () => {
    expect(codeIn('docs/methods.md')).toEqual(
      expect.arrayContaining(dropoutMethods().filter((one) => one !== 'none')),
    );
  });

  it('schedules and averages', () => {
    const kinds = [...Object.keys(scheduleDefaults), ...Object.keys(averageDefaults)];
    expect(codeIn('docs/schedules.md')).toEqual(expect.arrayContaining(kinds));
  });

  it('workloads of the benchmark', async () => {
    const { err } = await lethe('bench', '--workload', 'none-such');
    const workloads = /expects (.*), found/.exec(err)![1].split(', ');
    expect(workloads.length).toBeGreaterThan(10);
    const isNamed = (workload: string): boolean =>
      new RegExp(`(?<![\\w-])${workload}(?![\\w-])`).test(textOf('bench/README.md'));
    expect(workloads.filter((workload) => !isNamed(workload))).toEqual([]);
  });

  it('rooms of the lab, in the order in which they import', () => {
    const list = /\npackages\/lab .*\n([\s\S]*?)\npackages\/playground/.exec(textOf('ARCHITECTURE.md'))![1];
    const listed = [...list.matchAll(/^ {2}([a-z]+)\//gm)].map(([, room]) => room);
    const below = rooms.lab.filter((room) => !room.endsWith('.ts')).map((room) => room.split('/')[0]);
    expect(listed).toEqual([...new Set(below)].reverse());
  });
});

it('sentences of the program name options that there are', async () => {
  const { out } = await lethe('--help');
  const commands = [...out.matchAll(/^ {2}([a-z]+)\b/gm)].map(([, name]) => [name]);
  const nested = ['list', 'fetch', 'stats'].map((name) => ['data', name]);
  const helps = await Promise.all([[], ...commands, ...nested].map((path) => lethe(...path, '--help')));
  const options = new Set(helps.flatMap((help) => help.out.match(/--[a-z][a-z-]*/g) ?? []));
  // Styles of a report are no sentences.
  const sources = files.filter(
    (file) =>
      /^packages\/\w+\/src\/.*(?<!\.test|\.suite|report\/html)\.ts$/.test(file) &&
      /--[a-z]/.test(textOf(file)),
  );
  const unknown = sources.flatMap((file) => {
    const said = stringsIn(textOf(file)).flatMap(
      (text) => text.match(/(?<![\w(-]|tensorboard )--[a-z][a-z-]*/g) ?? [],
    );
    return said.filter((option) => !options.has(option)).map((option) => `${file}: ${option}`);
  });
  expect(unknown).toEqual([]);
});

/** What the program says of a command to which an option is given that there is not: whatever else is wrong it says first. */
async function complaintOf(line: readonly string[]): Promise<string> {
  const words = line
    .filter((word) => word !== '…')
    .map((word) => (word === 'N' ? '1' : word.replace(/^FILE$/, 'file.csv')));
  const at = words[0] === 'data' && words.length > 1 ? 2 : 1;
  return (await lethe(...words.slice(0, at), '--none-such', ...words.slice(at))).err;
}

/** The literal texts in a source, those around what is put in as well. */
function stringsIn(source: string): string[] {
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isStringLiteralLike(node) || ts.isTemplateHead(node) || ts.isTemplateMiddleOrTemplateTail(node))
      found.push(node.text);
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile('source.ts', source, ts.ScriptTarget.Latest));
  return found;
}
