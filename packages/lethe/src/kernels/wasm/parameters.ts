/**
 * Fills a kernel's struct of parameters from a JavaScript object, by its description. Arrays are checked for kind and length, numbers
 * for their range, as the reader of the native engine does, so that a slip in a caller is a TypeError and never a write past an array.
 */
import type { KernelDescription, KernelField } from '../contract/description.ts';
import type { Heap } from './heap.ts';
import type { Stage } from './stage.ts';

/** Where a call puts things: its struct, and behind it pointers and lengths of lists. */
export interface Room {
  heap: Heap;
  stage: Stage;
  /** address of the struct */
  struct: number;
  /** address of memory for lists, and how many words it holds; it grows on demand */
  lists: number;
  listWords: number;
}

type Fields = Readonly<Record<string, unknown>>;

/** Fills the struct of a kernel; throws TypeError with code E_KERNEL for what does not fit. */
export type Fill = (p: Fields) => void;

/** The way to fill the struct of `kernel`. */
export function fillOf(kernel: KernelDescription, room: Room): Fill {
  const steps = kernel.fields.map((field) => stepOf(field));
  const fetches = kernel.fields.filter(({ kind }) => kind !== 'constant');
  // one pass of a size that no array holds an element along would loop over nothing, perhaps 2^31 times
  const sizes = kernel.fields.filter(({ kind, name }) => kind === 'size' && name.length === 1);
  return (given) => {
    // Every property is fetched before any is looked into: a getter may run code that takes an array away.
    const p: Record<string, unknown> = {};
    for (const field of fetches) p[field.name] = fetched(given[field.name], field);
    const call = new Call(kernel.name, room);
    const { bytes, ints } = room.heap.views();
    bytes.fill(0, room.struct, room.struct + kernel.size);
    for (const step of steps) step(p, call);
    for (const { name, offset } of sizes) if (!call.held.has(name)) ints[(room.struct + offset) >> 2] = 0;
  };
}

// --- internal ---

type Step = (p: Fields, call: Call) => void;

const activations = ['tanh', 'sigmoid', 'relu', 'identity'];
const transfers = [...activations, 'maxout', 'lp'];
const forms = ['wang-manning', 'probit', 'daunizeau', 'gauss-hermite'];
const mostPoints = 64;

/** One call: what is known of its sizes so far. */
class Call {
  readonly kernel: string;
  readonly room: Room;
  readonly sizes = new Map<string, number>();
  readonly held = new Set<string>();
  /** words of the memory for lists in use */
  listed = 0;
  /** of the first list, which the others match */
  lengths: number[] = [];

  constructor(kernel: string, room: Room) {
    this.kernel = kernel;
    this.room = room;
  }

  fail(name: string, expected: string): never {
    return this.refuse(`${name} ${expected}`);
  }

  refuse(why: string): never {
    throw Object.assign(new TypeError(`${this.kernel}: ${why}`), { code: 'E_KERNEL' });
  }

  elements(dims: string): number {
    let sum = 0;
    for (const product of dims.split('+')) {
      let n = 1;
      for (const d of product) n *= d >= '0' && d <= '9' ? Number(d) : (this.sizes.get(d) ?? 0);
      sum += n;
    }
    return sum;
  }

  hold(dims: string, n: number): void {
    if (n > 0) for (const d of dims) this.held.add(d);
  }

  number(value: unknown, name: string, fallback: number): number {
    if (value === undefined || value === null) return fallback;
    if (typeof value !== 'number') return this.fail(name, 'must be a number');
    return value;
  }
}

function fetched(value: unknown, { kind }: KernelField): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (kind === 'list') return Array.isArray(value) ? [...value] : value;
  if (kind !== 'mask' && kind !== 'noise') return value;
  const { data, gate, time, batch, mean, square, variance } = value as Fields;
  return kind === 'mask' ? { data, gate, time, batch } : { mean, square, variance };
}

function isPresent(value: unknown): boolean {
  return value !== undefined && value !== null;
}

function stepOf(field: KernelField): Step {
  const { name, kind, dims, optional, offset, written } = field;
  const put = (call: Call): number => call.room.struct + offset;
  switch (kind) {
    case 'constant':
      return (_, { sizes }) => sizes.set(name, Number(dims));
    case 'size':
      return (p, call) => {
        const n = p[name] as number;
        if (!Number.isInteger(n) || n < 0 || n > 2147483647)
          call.fail(name, 'must be a whole number, at least 0');
        call.room.heap.views().ints[put(call) >> 2] = n;
        if (name.length === 1) call.sizes.set(name, n);
      };
    case 'float':
      return (p, call) => {
        call.room.heap.views().floats[put(call) >> 2] = call.number(p[name], name, field.fallback ?? 0);
      };
    case 'double':
      return (p, call) => {
        call.room.heap.views().doubles[put(call) >> 3] = call.number(p[name], name, field.fallback ?? 0);
      };
    case 'rate':
      return (p, call) => {
        const rate = call.number(p[name], name, 0);
        if (!(rate >= 0 && rate < 1)) call.fail(name, 'must be a number of at least 0 and below 1');
        call.room.heap.views().doubles[put(call) >> 3] = rate;
      };
    case 'flag':
      return (p, call) => {
        const flag = p[name];
        if (!isPresent(flag)) return;
        if (typeof flag !== 'boolean') call.fail(name, 'must be true or false');
        call.room.heap.views().bytes[put(call)] = flag ? 1 : 0;
      };
    case 'floats':
      return (p, call) => {
        const array = p[name];
        if (field.lengthAt !== undefined) return measured(array, field, Float32Array, call);
        if (!isPresent(array) && optional) return;
        checkArray(array, name, dims, Float32Array, call);
        call.room.stage.put(array as Float32Array, put(call), written);
      };
    case 'words':
      return (p, call) => measured(p[name], field, Uint32Array, call);
    case 'numbers':
    case 'steps':
      return (p, call) => {
        const array = p[name];
        if (!isPresent(array) && optional) return;
        checkArray(array, name, dims, Int32Array, call);
        const numbers = array as Int32Array;
        const most = (call.sizes.get(field.limit!) ?? 0) - (kind === 'numbers' ? 1 : 0);
        const n = call.elements(dims);
        for (let i = 0; i < n; i++)
          if (numbers[i] < 0 || numbers[i] > most)
            call.fail(name, 'must hold whole numbers within the sizes given');
        call.room.stage.put(numbers, put(call), false);
      };
    case 'integers':
      return (p, call) => {
        checkArray(p[name], name, dims, Int32Array, call);
        call.room.stage.put(p[name] as Int32Array, put(call), written);
      };
    case 'mask':
      return maskStep(field);
    case 'noise':
      return (p, call) => {
        const noise = p[name] as Record<string, unknown> | undefined;
        if (typeof noise !== 'object' || noise === null)
          return call.fail(name, 'must be {mean, square, variance}');
        const { floats } = call.room.heap.views();
        for (const [i, part] of ['mean', 'square', 'variance'].entries())
          floats[(put(call) >> 2) + i] = call.number(noise[part], part, 0);
      };
    case 'activation':
      return (p, call) => choose(p, activations, field, call);
    case 'transfer':
      return (p, call) => choose(p, transfers, field, call);
    case 'form':
      return (p, call) => {
        choose(p, forms, field, call);
        if (p[name] !== 'gauss-hermite') return;
        const [nodes, weights] = [p.nodes, p.weights];
        const fits =
          nodes instanceof Float64Array &&
          weights instanceof Float64Array &&
          nodes.length === weights.length &&
          nodes.length >= 1 &&
          nodes.length <= mostPoints;
        if (!fits) call.fail('nodes', `must be 1 to ${mostPoints} and come with weights of the same length`);
      };
    case 'doubles':
      return (p, call) => {
        const array = p[name];
        if (!isPresent(array)) return;
        if (!(array instanceof Float64Array)) return call.fail(name, 'must be a Float64Array');
        call.room.stage.put(array, put(call), false);
        if (field.lengthAt !== undefined)
          call.room.heap.views().ints[(call.room.struct + field.lengthAt) >> 2] = Math.min(
            array.length,
            mostPoints + 1,
          );
      };
    case 'word':
      return (p, call) => {
        const word = call.number(p[name], name, 0);
        if (!(Number.isInteger(word) && word >= 0 && word <= 4294967295))
          call.fail(name, 'must be a whole number of 32 bits');
        call.room.heap.views().words[put(call) >> 2] = word;
      };
    case 'list':
      return listStep(field);
    default:
      throw new TypeError(
        `WebAssembly: a kernel has a parameter ${name} of a kind that is not known, ${kind}`,
      );
  }
}

function checkArray(
  array: unknown,
  name: string,
  dims: string,
  kind: typeof Float32Array | typeof Int32Array,
  call: Call,
): void {
  if (!(array instanceof kind)) call.fail(name, `must be ${kind === Int32Array ? 'an' : 'a'} ${kind.name}`);
  const n = call.elements(dims);
  if (array.length < n) call.fail(name, 'is too short for the sizes given');
  call.hold(dims, n);
}

/** An array whose length is a parameter of its own. */
function measured(
  array: unknown,
  { name, offset, lengthAt }: KernelField,
  kind: typeof Float32Array | typeof Uint32Array,
  call: Call,
): void {
  if (!(array instanceof kind)) call.fail(name, `must be a ${kind.name}`);
  const { heap, stage, struct } = call.room;
  heap.views().words[(struct + lengthAt!) >> 2] = array.length;
  stage.put(array, struct + offset, true);
}

function choose(p: Fields, names: readonly string[], { name, offset }: KernelField, call: Call): void {
  const found = names.indexOf(p[name] as string);
  if (found < 0) call.fail(name, `must be ${names.slice(0, -1).join(', ')} or ${names.at(-1)}`);
  call.room.heap.views().ints[(call.room.struct + offset) >> 2] = found;
}

/** A mask {data, gate, time, batch}; the last element that it can reach must exist. */
function maskStep({ name, dims, optional, offset, gates = 1 }: KernelField): Step {
  return (p, call) => {
    const mask = p[name] as Record<string, unknown> | undefined;
    if (!isPresent(mask)) {
      if (!optional) call.fail(name, 'must be a mask {data: Float32Array, time, batch}');
      return;
    }
    const data = mask!.data;
    if (!(data instanceof Float32Array))
      return call.fail(name, 'must be a mask whose data is a Float32Array');
    const gate = call.number(mask!.gate, 'gate', 0);
    const time = call.number(mask!.time, 'time', 0);
    const batch = call.number(mask!.batch, 'batch', 0);
    const [T, B] = [call.sizes.get('T') ?? 0, call.sizes.get('B') ?? 0];
    const last = (gates - 1) * gate + (T - 1) * time + (B - 1) * batch + call.elements(dims);
    const whole = [gate, time, batch].every((stride) => Number.isSafeInteger(stride) && stride >= 0);
    if (!whole || (T > 0 && B > 0 && !(last <= data.length)))
      call.fail(name, 'must be a mask {data: Float32Array, time, batch} whose strides stay inside its data');
    const { heap, stage, struct } = call.room;
    stage.put(data, struct + offset, false);
    const { ints } = heap.views();
    const at = (struct + offset) >> 2;
    ints[at + 1] = gates > 1 ? gate : 0;
    ints[at + 2] = time;
    ints[at + 3] = batch;
  };
}

/** A list of arrays: the first of a kernel measures, the others have the same lengths. */
function listStep({ name, optional, offset, written, countAt, lengthAt }: KernelField): Step {
  return (p, call) => {
    const list = p[name];
    if (!isPresent(list) && optional) return;
    if (!Array.isArray(list)) return call.fail(name, 'must be a list of Float32Arrays');
    for (const array of list)
      if (!(array instanceof Float32Array)) call.fail(name, 'must be a list of Float32Arrays');
    const arrays = list as Float32Array[];
    const { room } = call;
    const measures = countAt !== undefined;
    if (measures) call.lengths = arrays.map(({ length }) => length);
    else if (arrays.length !== call.lengths.length)
      call.fail(name, 'must have as many arrays as the parameters');
    else if (arrays.some(({ length }, i) => length !== call.lengths[i]))
      call.refuse(`an array of ${name} has not the length of its parameter`);
    const pointers = roomForLists(call, arrays.length);
    const views = room.heap.views();
    views.words[(room.struct + offset) >> 2] = pointers;
    for (const [i, array] of arrays.entries()) room.stage.put(array, pointers + 4 * i, written);
    if (!measures) return;
    const lengths = roomForLists(call, arrays.length);
    const { words, ints } = room.heap.views();
    ints[(room.struct + countAt) >> 2] = arrays.length;
    words[(room.struct + lengthAt!) >> 2] = lengths;
    for (const [i, { length }] of arrays.entries()) words[(lengths >> 2) + i] = length;
  };
}

/** Most kernels have no list; the longest, five of as many arrays as a network has, and lengths. */
function roomForLists(call: Call, words: number): number {
  const { room } = call;
  if (call.listed + words > room.listWords) {
    // Pointers of this call may already lie in the old room, which therefore stays: kilobytes, a few times at most.
    const more = Math.max(4096, 8 * words);
    room.lists = room.heap.take(4 * more);
    room.listWords = more;
    call.listed = 0;
  }
  const at = room.lists + 4 * call.listed;
  call.listed += words;
  return at;
}
