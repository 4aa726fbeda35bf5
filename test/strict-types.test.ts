/**
 * The examples of the documents compile, against the declarations that the package ships, under the strictest settings that its
 * users have.
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { exampleCounts, examplesOf } from './examples.mts';

const root = fileURLToPath(new URL('..', import.meta.url));
mkdirSync(join(root, 'build'), { recursive: true });
const folder = mkdtempSync(join(root, 'build', 'strict-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const entries = ['index', 'dropout', 'engine', 'moments', 'wasm'];
const declarations = entries.map((entry) => join(folder, `lethe/${entry}.d.ts`));
const paths = Object.fromEntries(
  entries.map((entry, i) => [entry === 'index' ? 'lethe' : `lethe/${entry}`, [declarations[i]]]),
);

const strictest: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2023,
  lib: ['lib.es2023.d.ts'],
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
  types: ['node'],
  typeRoots: [join(root, 'node_modules', '@types')],
  strict: true,
  noUncheckedIndexedAccess: true,
  exactOptionalPropertyTypes: true,
  noPropertyAccessFromIndexSignature: true,
  noImplicitOverride: true,
  noImplicitReturns: true,
  verbatimModuleSyntax: true,
  noEmit: true,
  // The declarations of others are theirs; ours are read in full.
  skipLibCheck: true,
};

/** The declarations of the package as its build writes them, made from the sources as they are now. */
beforeAll(() => {
  const { config } = ts.readConfigFile(join(root, 'packages/lethe/tsconfig.json'), ts.sys.readFile);
  const parsed = ts.parseJsonConfigFileContent(config, ts.sys, join(root, 'packages/lethe'));
  const options: ts.CompilerOptions = {
    ...parsed.options,
    composite: false,
    incremental: false,
    declarationMap: false,
    emitDeclarationOnly: true,
    outDir: join(folder, 'lethe'),
  };
  delete options.tsBuildInfoFile;
  ts.createProgram(parsed.fileNames, options).emit();
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
}, 120_000);

function problemsOf(files: readonly string[], more: ts.CompilerOptions = {}): string[] {
  const options = { ...strictest, paths, ...more };
  const program = ts.createProgram(files, options);
  return ts.getPreEmitDiagnostics(program).map(({ file, start, messageText }) => {
    const line = file && start !== undefined ? file.getLineAndCharacterOfPosition(start).line + 1 : 0;
    const name = file?.fileName.slice(folder.length + 1);
    return `${name}:${line}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`;
  });
}

it('the examples of the documents compile under the strictest settings', () => {
  const files = Object.keys(exampleCounts).flatMap((document) =>
    examplesOf(readFileSync(join(root, document), 'utf8')).map((code, i) => {
      const file = join(folder, `${document.replace(/\W/g, '-')}-${i + 1}.mts`);
      writeFileSync(file, code);
      return file;
    }),
  );
  expect(files.length).toBeGreaterThan(15);
  expect(problemsOf(files)).toEqual([]);
});

it('the declarations themselves compile under them', () => {
  expect(problemsOf(declarations, { skipLibCheck: false })).toEqual([]);
});

it('the declarations need no library but that of ES2020, and none of a runtime', () => {
  const lib = ['lib.es2020.d.ts'];
  expect(problemsOf(declarations, { skipLibCheck: false, lib, types: [] })).toEqual([]);
});

it('the declarations name no typed array with its buffer, which TypeScript before 5.7 does not know', () => {
  const files = ts.sys.readDirectory(join(folder, 'lethe'), ['.d.ts']);
  expect(files.length).toBeGreaterThan(100);
  const naming = files.filter((file) =>
    /Array<\w*ArrayBuffer|ArrayBuffer<|DataView</.test(readFileSync(file, 'utf8')),
  );
  expect(naming).toEqual([]);
});

it('what layers give goes where it is wanted, and what is wrong does not compile', () => {
  const file = join(folder, 'uses.mts');
  writeFileSync(
    file,
    `import { adam, adamw, embedding, encodeSafetensors, gradients, gru, linear, loadParameters, lstm, NoiseStream, ntAsgd,
  recurrentFromTorch, recurrentStack, rmsprop, rnn, sgd, sum, type Tensor, tensor } from 'lethe';
const stream = new NoiseStream(1);
const cell = rnn({ inputSize: 1, hiddenSize: 2 }, stream);
const readout = linear({ inputSize: 2, outputSize: 1 }, stream);
adam(cell.parameters);
adamw(lstm({ inputSize: 1, hiddenSize: 2 }, stream).parameters, { stepRate: 1 });
sgd(gru({ inputSize: 1, hiddenSize: 2 }, stream).parameters, { stepRate: 1 });
rmsprop(readout.parameters, { stepRate: 1 });
ntAsgd(embedding({ vocabulary: 3, size: 2 }, stream).parameters, { stepRate: 1 });
adam(recurrentStack({ cell: 'rnn', inputSize: 1, hiddenSizes: [2] }, stream).parameters);
adam({ ...cell.parameters, out: readout.parameters.weight });
interface Own { w: Tensor; b?: Tensor }
const own: Own = { w: tensor([1]) };
adam(own);
encodeSafetensors(cell.parameters);
encodeSafetensors(own);
loadParameters(cell.parameters, recurrentFromTorch({}));
gradients(Object.values({ ...cell.parameters }), () => sum(own.w));
// @ts-expect-error a number is no parameter
adam({ w: 1 });
// @ts-expect-error a text is no regularizer
rnn({ inputSize: 1, hiddenSize: 2, dropout: 'variational' }, stream);
// @ts-expect-error the stream is forgotten
rnn({ inputSize: 1, hiddenSize: 2 });
`,
  );
  expect(problemsOf([file])).toEqual([]);
});
