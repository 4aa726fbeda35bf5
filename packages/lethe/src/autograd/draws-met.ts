/**
 * Draws that meet. A number is a function of its address in a stream, so that two layers with the same number on one stream have the same
 * initial weights, or the same masks, and a network of both has less in it than it seems. Nobody sees that from one layer alone, and two
 * models on one stream are fine; so tensors remember which draws they were made from, and the operation in which two owners of one
 * address meet refuses. What two models on one stream gave may be compared, and a state handed from one to the other, as long as nobody
 * trains them together. The memory hangs on the tensors and goes with them.
 */
import { ConfigError } from '../errors.ts';
import { drawsOf, setDraws, type Tensor } from '../tensor/tensor.ts';

/** Who drew: the same owner may draw at an address as often as it likes. */
export interface DrawOwner {
  /** how errors name it */
  name: string;
}

/** Says that a tensor was drawn at these addresses, or made with such draws. @throws ConfigError if it was made from another owner's at one of them */
export function markDraws(tensor: Tensor, addresses: readonly string[], owner: DrawOwner): void {
  if (addresses.length === 0) return;
  const own = new Map(addresses.map((address) => [address, owner]));
  const before = made(tensor);
  if (!before) drawn.add(tensor);
  setDraws(tensor, before ? joined(before, own) : own);
}

/**
 * What comes out of an operation is made from the draws of everything that goes in.
 * @param trains whether this is part of one loss; if not, values may meet, but no value the weights of another owner
 * @throws ConfigError where two owners meet
 */
export function meetDraws(outputs: readonly Tensor[], inputs: readonly Tensor[], trains: boolean): void {
  let all: Draws | undefined;
  for (const input of inputs) {
    const own = made(input);
    if (!own || own === all) continue;
    if (!all) all = own;
    else if (trains || inputs.some((one) => drawn.has(one))) all = joined(all, own);
  }
  if (all) for (const output of outputs) setDraws(output, all);
}

/** Runs `f` with tensors that come from elsewhere, such as a state: their draws do not count. */
export function asGiven<T>(tensors: readonly Tensor[], f: () => T): T {
  const before = tensors.map(made);
  for (const tensor of tensors) setDraws(tensor, undefined);
  try {
    return f();
  } finally {
    for (const [i, draws] of before.entries()) if (draws) setDraws(tensors[i], draws);
  }
}

// --- internal ---

type Draws = ReadonlyMap<string, DrawOwner>;

/** Only this file sets them. */
const made = drawsOf as (tensor: Tensor) => Draws | undefined;
/** Tensors that are draws themselves, such as weights, not made from others. */
const drawn = new WeakSet<Tensor>();
/** Unions that were made already: an unrolled sequence asks for the same again and again. */
const unions = new WeakMap<Draws, WeakMap<Draws, Draws>>();

function joined(a: Draws, b: Draws): Draws {
  let known = unions.get(a);
  if (!known) unions.set(a, (known = new WeakMap()));
  let union = known.get(b);
  if (!union) known.set(b, (union = unite(a, b)));
  return union;
}

function unite(a: Draws, b: Draws): Draws {
  let union: Map<string, DrawOwner> | undefined;
  for (const [address, owner] of b) {
    const other = a.get(address);
    if (other === owner) continue;
    if (other) {
      throw new ConfigError(
        `noise stream: expected draws of their own for every part of a network, got the same for ${other.name} and ${owner.name} ` +
          `(${address}); give one of the two another number as its layer`,
      );
    }
    union ??= new Map(a);
    union.set(address, owner);
  }
  return union ?? a;
}
