/** Writes docs/api.md from the doc comments of what the entry points of `lethe` export: `npm run docs`. A test says when it is to be run again. */
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const root = fileURLToPath(new URL('..', import.meta.url));
const source = `${root}packages/lethe/src/`;

/** What is exported, by entry point and room. */
export interface PublicSymbol {
  name: string;
  /** `lethe`, `lethe/dropout`, … */
  entry: string;
  /** folder of the source that declares it */
  room: string;
  kind: 'function' | 'class' | 'constant' | 'type';
  /** the first sentence of its doc comment; empty where it has none */
  summary: string;
}

/** Entry points and their rooms in the order of the document, with what they are for. */
const entries: Record<string, Record<string, string>> = {
  lethe: {
    tensor: 'Tensors and scratch memory',
    autograd: 'The tape and differentiable operations',
    random: 'Streams of random numbers',
    nn: 'Layers, losses and penalties',
    data: 'Batches of sequences',
    text: 'Text as numbers: subwords, words, characters',
    training: 'A training loop',
    uncertainty: 'MC dropout, entropies, calibration',
    scores: 'Scores of predictions',
    linalg: 'Linear algebra',
    optim: 'Optimizers and clipping',
    checkpoint: 'safetensors and PyTorch',
    kernels: 'What layers are told',
    '.': 'Errors',
  },
  'lethe/dropout': { dropout: 'Methods, the vocabulary of noise, and plans' },
  'lethe/moments': { moments: 'Gaussian moments', kernels: 'What moments are told' },
  'lethe/engine': { kernels: 'Engines', tensor: 'Numbers as engines take them' },
  'lethe/wasm': { '.': 'The WebAssembly engine in a browser', kernels: 'What it gives' },
};

/** Everything that the entry points export. */
export function publicSymbols(): PublicSymbol[] {
  const { config } = ts.readConfigFile(`${root}packages/lethe/tsconfig.json`, ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, `${root}packages/lethe`);
  const fileOf = (entry: string) =>
    `${source}${entry === 'lethe' ? 'index' : entry.slice('lethe/'.length)}.ts`;
  const program = ts.createProgram(Object.keys(entries).map(fileOf), options);
  const checker = program.getTypeChecker();
  return Object.keys(entries).flatMap((entry) => {
    const module = checker.getSymbolAtLocation(program.getSourceFile(fileOf(entry))!)!;
    return checker.getExportsOfModule(module).map((exported) => {
      const symbol = exported.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(exported) : exported;
      const path = symbol.declarations![0]!.getSourceFile().fileName.slice(source.length).split('/');
      const text = ts.displayPartsToString(symbol.getDocumentationComment(checker));
      return {
        name: exported.name,
        entry,
        room: path.length > 1 ? path[0]! : '.',
        kind: kindOf(symbol),
        summary: firstSentence(text),
      };
    });
  });
}

/** The document. */
export function apiDocument(symbols: readonly PublicSymbol[]): string {
  const sections = Object.entries(entries).flatMap(([entry, rooms]) => [
    `## \`${entry}\``,
    '',
    ...Object.entries(rooms).map(([room, title]) => {
      const lines = symbols
        .filter((symbol) => symbol.entry === entry && symbol.room === room)
        .sort((a, b) => Number(a.kind === 'type') - Number(b.kind === 'type') || (a.name < b.name ? -1 : 1))
        .map(({ name, kind, summary }) => `| \`${name}\` | ${kind} | ${summary.replaceAll('|', '\\|')} |`);
      return [`### ${title}`, '', '| name | kind | what it is |', '|---|---|---|', ...lines, ''].join('\n');
    }),
  ]);
  return [
    '# What `lethe` exports',
    '',
    'One line for each name, by entry point and room: the first sentence of its doc comment, which says more in the editor and in',
    '`packages/lethe/src`. Written by `npm run docs`.',
    '',
    ...sections,
  ].join('\n');
}

function kindOf({ flags }: ts.Symbol): PublicSymbol['kind'] {
  if (flags & ts.SymbolFlags.Class) return 'class';
  if (flags & ts.SymbolFlags.Function) return 'function';
  return flags & ts.SymbolFlags.Variable ? 'constant' : 'type';
}

/** Up to the full stop in front of a capital, or the end of the paragraph; on one line. */
function firstSentence(text: string): string {
  const paragraph = text
    .split(/\n\s*\n/)[0]!
    .replace(/\{@link (\S+?)\s*\}/g, '`$1`')
    .replace(/\s+/g, ' ')
    .trim();
  return /^.*?[^.]\.(?= \p{Lu}|$)/u.exec(paragraph)?.[0] ?? paragraph;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  writeFileSync(`${root}docs/api.md`, apiDocument(publicSymbols()));
}
