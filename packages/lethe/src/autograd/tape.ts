/**
 * Reverse-mode differentiation on a tape.
 *
 * While `gradients` runs its loss, every operation that touches a tensor in need of a gradient appends one
 * entry: its outputs and a function that adds to the gradients of its inputs. Then the entries run backwards.
 * Gradients are ADDED everywhere, so a tensor used twice needs no care. An operation may be as large as a
 * whole recurrent layer; the tape does not mind.
 */
import { LetheError, ShapeError } from '../errors.ts';
import { kernels } from '../kernels/engine.ts';
import type { Real } from '../tensor/dtype.ts';
import { allocate, allocateZeros } from '../tensor/scratch.ts';
import { shapeText, type Tensor } from '../tensor/tensor.ts';
import { usedRows } from './used-rows.ts';

/**
 * The loss and its gradients with respect to `parameters`, in their order. The arrays live in the current
 * scope. Parameters that the loss does not depend on get zeros.
 * @param loss returns a tensor of one element
 * @throws ShapeError if the loss has more than one element
 */
export function gradients(
  parameters: readonly Tensor[],
  loss: () => Tensor,
): { loss: number; gradients: Real[] } {
  const own: Tape = { tracked: new Set(parameters), gradients: new Map(), entries: [] };
  const outer = { recording, running };
  try {
    recording = own;
    running = null;
    const value = loss();
    if (value.size !== 1) {
      throw new ShapeError(
        `gradients: expected a loss of one element, got shape ${shapeText(value.shape)}; end it with sum or mean`,
      );
    }
    recording = null;
    running = own;
    if (own.tracked.has(value)) {
      gradientOf(value)[0] = 1;
      for (let i = own.entries.length - 1; i >= 0; i--) {
        const entry = own.entries[i];
        if (entry.outputs.some(hasGradient)) entry.backward();
      }
    }
    return {
      loss: value.item(),
      gradients: parameters.map((parameter) => presentGradient(parameter) ?? gradientOf(parameter)),
    };
  } finally {
    recording = outer.recording;
    running = outer.running;
  }
}

/**
 * Puts an operation on the tape, if one is recording and an input needs a gradient.
 * @param output what the operation made; an operation with several results lists them all
 * @param inputs what it was made from
 * @param backward adds to `gradientOf(input)` for the inputs in need, reading `gradientOf(output)`; it runs
 *   once, after everybody who used an output has added to its gradient, and not at all if nobody did
 */
export function record(
  output: Tensor | readonly Tensor[],
  inputs: readonly Tensor[],
  backward: () => void,
): void {
  const tape = recording;
  if (tape === null || !inputs.some((input) => tape.tracked.has(input))) return;
  const outputs = Array.isArray(output) ? (output as readonly Tensor[]) : [output as Tensor];
  for (const one of outputs) tape.tracked.add(one);
  tape.entries.push({ outputs, backward });
}

/** The gradient of a tensor while the tape runs backwards; zeros on first use. Add to it, do not replace it. */
export function gradientOf(tensor: Tensor): Real {
  if (running === null) {
    throw new LetheError(
      'E_TAPE',
      'gradientOf: expected the tape to run backwards, but it does not; call it in the backward function given to record',
    );
  }
  let gradient = running.gradients.get(tensor);
  if (gradient === undefined) {
    gradient = allocateZeros(tensor.size);
    running.gradients.set(tensor, gradient);
  }
  // Whoever asks may add anywhere.
  usedRows.delete(gradient);
  return gradient;
}

/**
 * The gradients of several tensors for a kernel that can overwrite as well as add. When nobody has added to
 * any of them yet, `fresh` is true and they hold garbage, which the kernel must overwrite in full: a step of
 * the paper's size saves 10 MB of zeros. Tensors that need no gradient get undefined.
 */
export function freshGradients(tensors: readonly (Tensor | undefined)[]): {
  gradients: (Real | undefined)[];
  fresh: boolean;
} {
  const wanted = tensors.map((tensor) => (tensor && needsGradient(tensor) ? tensor : undefined));
  const fresh = running !== null && !wanted.some((tensor) => tensor && hasGradient(tensor));
  if (fresh) {
    for (const tensor of wanted) if (tensor) running?.gradients.set(tensor, allocate(tensor.size));
  }
  return { gradients: wanted.map((tensor) => tensor && gradientOf(tensor)), fresh };
}

/**
 * Adds by * gradient to the gradient of a tensor. The array becomes the gradient itself where there is none yet: the caller
 * gives it away.
 */
export function adoptGradient(tensor: Tensor, gradient: Real, by = 1): void {
  if (running && !hasGradient(tensor)) {
    if (by !== 1) for (let i = 0; i < gradient.length; i++) gradient[i] *= by;
    running.gradients.set(tensor, gradient);
    return;
  }
  kernels().addDifference({ n: gradient.length, a: gradient, factor: by, target: gradientOf(tensor) });
}

/** The gradient of a tensor if there is one yet, for whoever adds to no rows but those that it names. */
export function presentGradient(tensor: Tensor): Real | undefined {
  return running?.gradients.get(tensor);
}

/** Makes an array the gradient of a tensor that has none yet. */
export function putGradient(tensor: Tensor, gradient: Real): void {
  running?.gradients.set(tensor, gradient);
}

/** The gradient of a tensor that is in need of one, else undefined. */
export function gradientIfNeeded(tensor: Tensor | undefined): Real | undefined {
  return tensor && needsGradient(tensor) ? gradientOf(tensor) : undefined;
}

/** The gradient of an output if somebody has added to it, else undefined: it is zero. */
export function gradientIfUsed(tensor: Tensor): Real | undefined {
  return hasGradient(tensor) ? gradientOf(tensor) : undefined;
}

/** Whether somebody has added to the gradient of this tensor; if not, it is zero. */
export function hasGradient(tensor: Tensor): boolean {
  return running?.gradients.has(tensor) ?? false;
}

/** Whether a gradient is wanted for this tensor, forwards and backwards. */
export function needsGradient(tensor: Tensor): boolean {
  return (recording ?? running)?.tracked.has(tensor) ?? false;
}

// --- internal ---

interface Tape {
  tracked: Set<Tensor>;
  gradients: Map<Tensor, Real>;
  entries: { outputs: readonly Tensor[]; backward: () => void }[];
}

let recording: Tape | null = null;
let running: Tape | null = null;
