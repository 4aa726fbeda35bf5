/**
 * A computation as ONNX has it: nodes, constants, inputs and outputs by name, and its file.
 *
 * Format: ONNX, "onnx.proto" and "Open Neural Network Exchange Intermediate Representation Specification"; numbers of fields as there.
 */
import { ConfigError } from 'lethe';
import { bytes, type Field, float, joined, message, text, whole, wholes } from '../protobuf.ts';

/** What a graph is written for: operators of this set, the oldest that has all of them as they are used here. */
export const opset = 17;

/** A length, or the name of one that the caller chooses. */
export type Dim = number | string;

export type ElementType = 'float' | 'int32' | 'int64' | 'bool';

/** Settings of a node: a whole number, a list of them, a text, a list of texts, or a graph that it runs. */
export type Attributes = Readonly<
  Record<string, number | readonly number[] | string | readonly string[] | Graph>
>;

/** A graph that is being put together. Names of values are made here; those that people see are given. */
export interface Graph {
  /** A node with its outputs; the name of the first is returned, and of several all by `nodes`. */
  node(op: string, inputs: readonly string[], attributes?: Attributes): string;
  nodes(op: string, inputs: readonly string[], outputs: number, attributes?: Attributes): string[];
  /** An array of float32 by its shape. */
  constant(name: string, shape: readonly number[], data: ArrayLike<number>): string;
  /** One number of float32. */
  number(value: number): string;
  /** Whole numbers, a list or, where `scalar`, one. */
  wholes(values: readonly number[], scalar?: boolean): string;
  input(name: string, type: ElementType, shape: readonly Dim[], about?: string): string;
  /** Gives a value a name that people see. */
  output(name: string, value: string, type: ElementType, shape: readonly Dim[], about?: string): void;
  /** A graph inside: it sees the values of this one. */
  inside(): Graph;
  /** of this graph, as a field `number` of whatever holds it */
  field(number: number, name: string): Field;
}

/** An empty graph. */
export function graph(): Graph {
  return newGraph({ made: 0 });
}

/**
 * The file of a model.
 * @param about texts for its properties
 * @throws ConfigError where it is larger than a file of Protocol Buffers may be
 */
export function modelFile(
  content: Graph,
  name: string,
  version: string,
  about: Readonly<Record<string, string>>,
): Uint8Array {
  const file = joined([
    whole(1, irVersion),
    text(2, 'lethe'),
    text(3, version),
    content.field(7, name),
    message(8, text(1, ''), whole(2, opset)),
    ...Object.entries(about).map(([key, value]) => message(14, text(1, key), text(2, value))),
  ]);
  if (file.length >= 2 ** 31) {
    throw new ConfigError(
      `expected a model below 2 GB, the most that an ONNX file without others beside it holds, found ${file.length} bytes`,
    );
  }
  return file;
}

// --- internal ---

/** Of the file, the one that opset 17 came with. */
const irVersion = 8;

const elementTypes: Record<ElementType, number> = { float: 1, int32: 6, int64: 7, bool: 9 };

function newGraph(counter: { made: number }): Graph {
  const nodes: Field[] = [];
  const constants: Field[] = [];
  const inputs: Field[] = [];
  const outputs: Field[] = [];
  const small = new Map<string, string>();
  const fresh = (op: string): string => `${op.toLowerCase()}_${counter.made++}`;
  const made: Graph = {
    node: (op, from, attributes) => made.nodes(op, from, 1, attributes)[0],
    nodes(op, from, count, attributes = {}) {
      const names = Array.from({ length: count }, () => fresh(op));
      nodes.push(
        message(
          1,
          ...from.map((name) => text(1, name)),
          ...names.map((name) => text(2, name)),
          text(3, `${names[0]}_node`),
          text(4, op),
          ...Object.entries(attributes).map(([name, value]) => attribute(name, value)),
        ),
      );
      return names;
    },
    constant(name, shape, data) {
      const content = Buffer.alloc(4 * data.length);
      for (let i = 0; i < data.length; i++) content.writeFloatLE(data[i], 4 * i);
      constants.push(tensor(name, 'float', shape, content));
      return name;
    },
    number(value) {
      const key = `number:${value}`;
      const known = small.get(key);
      if (known) return known;
      const name = made.constant(fresh('number'), [], [value]);
      small.set(key, name);
      return name;
    },
    wholes(values, scalar = false) {
      const key = `${scalar}:${values}`;
      const known = small.get(key);
      if (known) return known;
      const content = Buffer.alloc(8 * values.length);
      for (const [i, value] of values.entries()) content.writeBigInt64LE(BigInt(value), 8 * i);
      const name = fresh('wholes');
      constants.push(tensor(name, 'int64', scalar ? [] : [values.length], content));
      small.set(key, name);
      return name;
    },
    input(name, type, shape, about) {
      inputs.push(valueInfo(11, name, type, shape, about));
      return name;
    },
    output(name, value, type, shape, about) {
      nodes.push(message(1, text(1, value), text(2, name), text(3, `${name}_node`), text(4, 'Identity')));
      outputs.push(valueInfo(12, name, type, shape, about));
    },
    inside: () => newGraph(counter),
    field: (number, name) => message(number, ...nodes, text(2, name), ...constants, ...inputs, ...outputs),
  };
  return made;
}

function tensor(name: string, type: ElementType, shape: readonly number[], content: Uint8Array): Field {
  return message(
    5,
    ...shape.map((length) => whole(1, length)),
    whole(2, elementTypes[type]),
    text(8, name),
    bytes(9, content),
  );
}

function valueInfo(
  field: number,
  name: string,
  type: ElementType,
  shape: readonly Dim[],
  about?: string,
): Field {
  const dims = shape.map((dim) => message(1, typeof dim === 'number' ? whole(1, dim) : text(2, dim)));
  const tensorType = message(1, whole(1, elementTypes[type]), message(2, ...dims));
  return message(field, text(1, name), message(2, tensorType), about !== undefined && text(3, about));
}

function attribute(name: string, value: Attributes[string]): Field {
  const of = (type: number, ...content: Field[]) => message(5, text(1, name), ...content, whole(20, type));
  if (typeof value === 'number')
    return Number.isInteger(value) ? of(2, whole(3, value)) : of(1, float(2, value));
  if (typeof value === 'string') return of(3, text(4, value));
  if (!Array.isArray(value)) return of(5, (value as Graph).field(6, 'step'));
  if (typeof value[0] === 'string') return of(8, ...value.map((one: string) => text(9, one)));
  return of(7, wholes(8, value));
}
