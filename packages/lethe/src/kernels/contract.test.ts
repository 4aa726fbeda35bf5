/** The structs of the native kernels beside the contract, field by field: names, which may be absent, dimensions. */
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { loadNative, nativeDescription, nativeProblem } from './native.ts';
import { valuesOf } from './values.ts';

const contract = interfacesOfContract();

describe.skipIf(!loadNative())(`the contract (${nativeProblem() ?? 'native kernels at hand'})`, () => {
  const described = loadNative() ? nativeDescription() : [];

  it('has a method for every native kernel, and native kernels for all of its methods', () => {
    expect(described.map(({ name }) => name).sort()).toEqual([...contract.keys()].sort());
  });

  it.each(described)('$name has the fields of its struct', ({ name, fields }) => {
    const members = contract.get(name);
    const own = fields.filter(({ kind }) => kind !== 'constant');
    // The one kernel that is called with a list alone.
    if (name === 'sumSquares') return expect(own.map((field) => field.name)).toEqual(['arrays']);
    expect(own.map((field) => field.name).sort()).toEqual([...(members?.keys() ?? [])].sort());
    const sizes = new Map(
      fields.map((field, i) => [field.name, field.kind === 'constant' ? Number(field.dims) : 2 * i + 3]),
    );
    for (const field of own) {
      const member = members!.get(field.name)!;
      const where = `${name}.${field.name}`;
      if (field.kind === 'floats' || field.kind === 'mask' || field.kind === 'list') {
        expect(field.optional, `${where} is ${member.optional ? 'optional' : 'needed'} in the contract`).toBe(
          member.optional,
        );
      }
      if (field.kind !== 'mask' && member.shape && field.dims) {
        const sum = (dims: string, factors: RegExp) =>
          dims.split('+').reduce((n, product) => n + elements(product.trim().split(factors), sizes), 0);
        expect(sum(field.dims, /(?:)/), `${where} ${member.shape}`).toBe(
          sum(member.shape, /[\s,*]+|(?<=\d)(?=[A-Z])/),
        );
      }
    }
  });
});

describe.skipIf(!loadNative())('a call of a native kernel', () => {
  // Arguments::MOST in binding.cc without the three that say how to run, and Reader::LETTERS in reader.h
  it('has as many values, and sizes of one letter, as the addon has room for', () => {
    for (const { name, fields } of nativeDescription()) {
      expect(valuesOf(fields)({}, []).length, name).toBeLessThanOrEqual(93);
      const letters = fields.filter(({ kind, name: letter }) => kind === 'size' && letter.length === 1);
      expect(letters.length, name).toBeLessThanOrEqual(16);
    }
  });
});

// --- internal ---

interface Member {
  optional: boolean;
  /** what stands between the first brackets of its comment */
  shape: string | undefined;
}

function elements(factors: readonly string[], sizes: ReadonlyMap<string, number>): number {
  return factors.reduce((product, factor) => product * (sizes.get(factor) ?? Number(factor)), 1);
}

/** The members of the parameter of every kernel, by kernel. */
function interfacesOfContract(): Map<string, Map<string, Member>> {
  const path = fileURLToPath(new URL('./contract/kernels.ts', import.meta.url));
  const program = ts.createProgram([path], {
    allowImportingTsExtensions: true,
    noEmit: true,
    target: ts.ScriptTarget.ES2022,
  });
  const checker = program.getTypeChecker();
  const module = checker.getSymbolAtLocation(program.getSourceFile(path)!)!;
  const kernels = checker.getExportsOfModule(module).find(({ name }) => name === 'Kernels')!;
  const found = new Map<string, Map<string, Member>>();
  for (const method of checker.getPropertiesOfType(checker.getDeclaredTypeOfSymbol(kernels))) {
    const [signature] = checker.getSignaturesOfType(checker.getTypeOfSymbol(method), ts.SignatureKind.Call);
    const parameter = checker.getTypeOfSymbol(signature.getParameters()[0]);
    const members = checker.getPropertiesOfType(parameter).map((member) => {
      const comment = ts.displayPartsToString(member.getDocumentationComment(checker));
      const optional = (member.flags & ts.SymbolFlags.Optional) !== 0;
      return [member.name, { optional, shape: /^\[([^\]]+)\]/.exec(comment)?.[1] }] as const;
    });
    found.set(method.name, new Map(members));
  }
  return found;
}
