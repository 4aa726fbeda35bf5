/** Imports run down (`rooms.mts` has the order), nothing goes round in circles, and a task's name stands in its folder alone. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { taskKinds } from '../packages/lab/src/tasks/registry.ts';
import { packages, rooms } from './rooms.mts';

const sources = (name: string): URL => new URL(`../packages/${name}/src/`, import.meta.url);

/** Files of a package without those of its tests. */
function filesOf(name: string): string[] {
  const all = readdirSync(sources(name), { recursive: true }) as string[];
  return all.filter((file) => file.endsWith('.ts') && !/\.(test|suite)\.ts$/.test(file)).sort();
}

const textOf = (name: string, file: string): string => readFileSync(new URL(file, sources(name)), 'utf8');

/** What a file imports: static, dynamic and in types. */
const importsOf = (text: string): string[] =>
  ts.preProcessFile(text, true, true).importedFiles.map(({ fileName }) => fileName);

/** Imports between files of a package, by file. */
function edgesOf(name: string): Map<string, string[]> {
  return new Map(
    filesOf(name).map((file) => {
      const inside = importsOf(textOf(name, file)).filter((one) => one.startsWith('.'));
      return [file, inside.map((one) => posix.join(posix.dirname(file), one))];
    }),
  );
}

/** The room of a file: its entry, and of a `*` the folder that it stands for. */
function roomOf(order: readonly string[], file: string): { place: number; folder: string } | undefined {
  const found = order
    .map((entry, place) => {
      const pattern = new RegExp(`^${entry.replaceAll('.', '\\.').replace('*', '[^/]+(?=/)')}(?=/|$)`);
      return { place, entry, folder: pattern.exec(file)?.[0] };
    })
    .filter((one) => one.folder !== undefined)
    // A folder by its name goes before one that `*` stands for.
    .sort(
      (a, b) => b.entry.split('/').length - a.entry.split('/').length || (a.entry.includes('*') ? 1 : -1),
    );
  return found[0] && { place: found[0].place, folder: found[0].folder! };
}

/** Imports that run up or aside, as sentences. */
function runningUp(order: readonly string[], edges: ReadonlyMap<string, readonly string[]>): string[] {
  return [...edges].flatMap(([file, targets]) =>
    targets.flatMap((target) => {
      const [from, to] = [roomOf(order, file), roomOf(order, target)];
      if (!from || !to) return [`${from ? target : file} lies in no room`];
      const isBelow = to.place > from.place || (to.place === from.place && to.folder === from.folder);
      return isBelow ? [] : [`${file} imports ${target}`];
    }),
  );
}

/** Files that import each other in a circle: the strongly connected components (Tarjan 1972) of more than one file. */
function circles(edges: ReadonlyMap<string, readonly string[]>): string[][] {
  const number = new Map<string, number>();
  const lowest = new Map<string, number>();
  const open: string[] = [];
  const found: string[][] = [];
  const visit = (file: string): void => {
    const own = number.size;
    number.set(file, own);
    lowest.set(file, own);
    open.push(file);
    for (const next of edges.get(file) ?? []) {
      if (!number.has(next)) visit(next);
      if (open.includes(next)) lowest.set(file, Math.min(lowest.get(file)!, lowest.get(next)!));
    }
    if (lowest.get(file) !== own) return;
    const component = open.splice(open.indexOf(file));
    if (component.length > 1) found.push(component.sort());
  };
  for (const file of edges.keys()) if (!number.has(file)) visit(file);
  return found;
}

const present = packages.filter((name) => existsSync(sources(name)));

describe.each(present)('the imports of %s', (name) => {
  const edges = edgesOf(name);

  it.skipIf(!rooms[name])('run down, types included', () => {
    expect(runningUp(rooms[name], edges)).toEqual([]);
  });

  it('go round in no circle, types included', () => {
    expect(circles(edges)).toEqual([]);
  });

  it('leave the package for those below it alone', () => {
    const above = packages.slice(0, packages.indexOf(name as (typeof packages)[number]));
    const strange = filesOf(name).filter((file) =>
      importsOf(textOf(name, file)).some((one) =>
        above.some((other) => one === `@lethe/${other}` || one.startsWith(`@lethe/${other}/`)),
      ),
    );
    expect(strange).toEqual([]);
  });
});

describe('the rules themselves', () => {
  const order = ['top', 'tasks', 'tasks/*', 'tasks/kind.ts', 'low'];
  const edges = (from: string, to: string) => new Map([[from, [to]]]);

  it.each([
    ['low/a.ts', 'top/b.ts'],
    ['tasks/one/a.ts', 'tasks/two/b.ts'],
    ['tasks/one/a.ts', 'tasks/registry.ts'],
    ['tasks/kind.ts', 'tasks/one/a.ts'],
    ['elsewhere/a.ts', 'low/b.ts'],
  ])('%s may not import %s', (from, to) => {
    expect(runningUp(order, edges(from, to))).toHaveLength(1);
  });

  it.each([
    ['top/a.ts', 'low/b.ts'],
    ['tasks/one/a.ts', 'tasks/one/deep/b.ts'],
    ['tasks/one/a.ts', 'tasks/kind.ts'],
    ['tasks/registry.ts', 'tasks/one/a.ts'],
  ])('%s may import %s', (from, to) => {
    expect(runningUp(order, edges(from, to))).toEqual([]);
  });

  it('a circle is found wherever it begins', () => {
    const round = new Map([
      ['a', ['b']],
      ['b', ['c']],
      ['c', ['d', 'b']],
      ['d', []],
    ]);
    expect(circles(round)).toEqual([['b', 'c']]);
    expect(
      importsOf("import type { A } from './a.ts'; type B = import('./b.ts').B; await import('./c.ts');"),
    ).toEqual(['./a.ts', './b.ts', './c.ts']);
  });
});

/** Texts that a program holds: literals, parts of templates, patterns. */
function literalsOf(text: string): string[] {
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    const isText =
      ts.isStringLiteralLike(node) ||
      node.kind === ts.SyntaxKind.TemplateHead ||
      node.kind === ts.SyntaxKind.TemplateMiddle ||
      node.kind === ts.SyntaxKind.TemplateTail ||
      node.kind === ts.SyntaxKind.RegularExpressionLiteral;
    if (isText) found.push((node as ts.LiteralLikeNode).text);
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile('x.ts', text, ts.ScriptTarget.Latest));
  return found;
}

/**
 * Whether a text speaks of a task by its name: the name alone, `NAME/…`, a key or a part of a path below it, a choice of names at
 * the beginning of a pattern, `of NAME:`, `the NAME task`, `runs of NAME`. The English word in a sentence is none.
 */
function speaksOf(name: string, text: string): boolean {
  return [
    `^${name}$`,
    `(^|[\\s'"(\`/|])${name}/`,
    `(^|[\\s'"(\`])${name}\\.[a-z]`,
    `\\^\\([^)]*\\b${name}\\b`,
    `\\b(of|for) ${name}\\b(: |$)`,
    `\\b${name} task\\b`,
    `\\bruns? of ${name}\\b`,
  ].some((pattern) => new RegExp(pattern).test(text));
}

describe('the name of a task', () => {
  /** What a server says of files. */
  const mediaTypes = /\btext\/(plain|html|css|javascript|csv|event-stream)\b/g;

  /** Where an English word stands alone that is the name of a task, too: the element of SVG, types of settings and columns, a column's role, a plugin of TensorBoard, a field of reference cases. */
  const english: Readonly<Record<string, RegExp>> = {
    text: /^(pictures\/svg\/words\.ts|exchange\/tensorboard\/events\.ts|training\/config-keys\.ts|data\/tables\/.*|tasks\/(classify|shared|translate)\/.*)$/,
    forecast: /^verify\/.*$/,
  };

  it.each(taskKinds.map(({ name }) => name))(
    '%s stands in no file outside its folder but the registry',
    (name) => {
      const found = filesOf('lab')
        .filter((file) => !file.startsWith(`tasks/${name}/`) && file !== 'tasks/registry.ts')
        .flatMap((file) =>
          literalsOf(textOf('lab', file))
            .filter(
              (text) =>
                speaksOf(name, text.replace(mediaTypes, '')) && !(text === name && english[name]?.test(file)),
            )
            .map((text) => `${file}: ${text}`),
        );
      expect(found).toEqual([]);
    },
  );

  it.each([
    'sonnet',
    'sonnet/shakespeare',
    '^(sonnet|haiku)/',
    'sonnet.meter',
    '../tasks/sonnet/kind.ts',
    'of sonnet: how long',
    'expected a run of the sonnet task',
  ])('is found in %j', (text) => {
    expect(speaksOf('sonnet', text)).toBe(true);
  });

  it.each(['sonnets are long', 'some sonnet, found none', 'the sonnet at its end'])(
    'is none in %j',
    (text) => {
      expect(speaksOf('sonnet', text)).toBe(false);
    },
  );
});
