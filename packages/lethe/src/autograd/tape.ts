/**
 * Reverse-mode differentiation on a tape.
 *
 * While `gradients` runs its loss, every operation that touches a tensor in need of a gradient appends one
 * entry: its outputs and a function that adds to the gradients of its inputs. Then the entries run backwards.
 * Gradients are ADDED everywhere, so a tensor used twice needs no care. An operation may be as large as a
 * whole recurrent layer; the tape does not mind.
 *
 * Every entry runs backwards in a scratch scope of its own, which hands its temporaries back. Gradients live in the scope in
 * which `gradients` was called, however deep in others they are first asked for.
 */
import { checkFunction } from '../checks.ts';
import { LetheError, ShapeError } from '../errors.ts';
import { kernels } from '../kernels/engine.ts';
import { checkTensor, checkTensors } from '../tensor/check.ts';
import type { Real } from '../tensor/dtype.ts';
import { allocateFor, currentScope, lastsAsLongAs, type ScratchOrigin, scoped } from '../tensor/scratch.ts';
import { shapeText, type Tensor } from '../tensor/tensor.ts';
import { meetDraws } from './draws-met.ts';
import { gradientTensor } from './gradient-tensor.ts';
import { usedRows } from './used-rows.ts';

/**
 * The loss and its gradients with respect to `parameters`, in their order and of their shapes. As all tensors they live in the
 * current scope: `keep()` carries one out. Parameters that the loss does not depend on get zeros.
 * Called inside the loss of another call, its gradients are constants there: there are no second derivatives.
 * @param loss returns a tensor of one element
 * @throws ShapeError if the loss has more than one element
 */
export function gradients(
  parameters: readonly Tensor[],
  loss: () => Tensor,
): { loss: number; gradients: Tensor[] } {
  checkTensors('gradients', 'parameters', parameters);
  checkFunction('gradients', 'loss', loss);
  const scope = currentScope();
  const own: Tape = {
    tracked: new Set(parameters),
    gradients: new Map(),
    entries: [],
    scope,
    handedOut: new Set(),
    repeated: [],
  };
  const outer = { recording, running };
  try {
    recording = own;
    running = null;
    const value = loss();
    checkTensor('gradients', 'what loss returns', value);
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
        if (!entry.outputs.some(hasGradient)) continue;
        scoped(entry.backward);
        addRepeated(own);
      }
    }
    const wanted = parameters.map((parameter) => presentGradient(parameter) ?? gradientOf(parameter));
    return {
      loss: value.item(),
      gradients: wanted.map((gradient, i) => gradientTensor(parameters[i].shape, gradient, scope)),
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
 * @throws ConfigError if what two layers drew from one address of a stream meets here
 */
export function recordOperation(
  output: Tensor | readonly Tensor[],
  inputs: readonly Tensor[],
  backward: () => void,
): void {
  checkFunction('recordOperation', 'backward', backward);
  checkTensors('recordOperation', 'inputs', inputs);
  if (Array.isArray(output)) checkTensors('recordOperation', 'output', output);
  else checkTensor('recordOperation', 'output', output);
  const outputs = Array.isArray(output) ? (output as readonly Tensor[]) : [output as Tensor];
  meetDraws(outputs, inputs, recording !== null);
  const tape = recording;
  if (tape === null || !inputs.some((input) => tape.tracked.has(input))) return;
  for (const one of outputs) tape.tracked.add(one);
  tape.entries.push({ outputs, backward });
}

/** The gradient of a tensor while the tape runs backwards; zeros on first use. Add to it, do not replace it. */
export function gradientOf(tensor: Tensor): Real {
  checkTensor('gradientOf', 'tensor', tensor);
  if (running === null) throw notBackwards('gradientOf');
  let gradient = running.gradients.get(tensor);
  if (gradient === undefined) {
    gradient = zerosFor(running, tensor.size);
    running.gradients.set(tensor, gradient);
  }
  // Whoever asks may add anywhere.
  usedRows.delete(gradient);
  return gradient;
}

/**
 * The gradients of several tensors for a kernel that adds to all of them in one call. No array occurs twice, in one call of this
 * and {@link freshGradients} or in several of one backward function: a tensor that is given again gets an array of its own, whose
 * content is added to its gradient afterwards.
 */
export function gradientsOf<const T extends readonly (Tensor | undefined)[]>(
  tensors: T,
): { -readonly [K in keyof T]: T[K] extends Tensor ? Real : Real | undefined } {
  return tensors.map((tensor) => tensor && handOut(tensor, false)) as {
    -readonly [K in keyof T]: T[K] extends Tensor ? Real : Real | undefined;
  };
}

/**
 * {@link gradientsOf} for a kernel that can overwrite as well as add. When nobody has added to any of them yet, `fresh` is true
 * and they hold garbage, which the kernel must overwrite in full: a step of the paper's size saves 10 MB of zeros. Tensors that
 * need no gradient get undefined.
 */
export function freshGradients(tensors: readonly (Tensor | undefined)[]): {
  gradients: (Real | undefined)[];
  fresh: boolean;
} {
  const wanted = tensors.map(ifNeeded);
  const fresh = running !== null && !wanted.some((tensor) => tensor && hasGradient(tensor));
  return { gradients: wanted.map((tensor) => tensor && handOut(tensor, fresh)), fresh };
}

/**
 * Adds by * gradient to the gradient of a tensor. The array becomes the gradient itself where there is none yet: the caller
 * gives it away.
 */
export function adoptGradient(tensor: Tensor, gradient: Real, by = 1): void {
  if (running && !hasGradient(tensor) && lastsAsLongAs(gradient, running.scope)) {
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

/** Makes an array the gradient of a tensor that has none yet; `make` is told how long it must last. */
export function putGradient(tensor: Tensor, make: (scope: ScratchOrigin) => Real): Real {
  if (running === null) throw notBackwards('putGradient');
  const gradient = make(running.scope);
  running.gradients.set(tensor, gradient);
  return gradient;
}

/** The tensor if it is in need of a gradient, else undefined. */
export function ifNeeded(tensor: Tensor | undefined): Tensor | undefined {
  return tensor && needsGradient(tensor) ? tensor : undefined;
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
  checkTensor('hasGradient', 'tensor', tensor);
  return running?.gradients.has(tensor) ?? false;
}

/** Whether a tape records what is computed. */
export function isRecording(): boolean {
  return recording !== null;
}

/** Whether a gradient is wanted for this tensor, forwards and backwards. */
export function needsGradient(tensor: Tensor): boolean {
  checkTensor('needsGradient', 'tensor', tensor);
  return (recording ?? running)?.tracked.has(tensor) ?? false;
}

// --- internal ---

interface Tape {
  tracked: Set<Tensor>;
  gradients: Map<Tensor, Real>;
  entries: { outputs: readonly Tensor[]; backward: () => void }[];
  /** where gradients live */
  scope: ScratchOrigin;
  /** tensors whose gradient the running entry has given to a kernel */
  handedOut: Set<Tensor>;
  /** arrays of those that it has given again */
  repeated: { tensor: Tensor; gradient: Real }[];
}

let recording: Tape | null = null;
let running: Tape | null = null;

/** The gradient of a tensor for a kernel; an array of its own if the running entry has handed out the gradient already. */
function handOut(tensor: Tensor, fresh: boolean): Real {
  if (running === null) throw notBackwards('gradientsOf');
  if (running.handedOut.has(tensor)) {
    const gradient = zerosFor(running, tensor.size);
    running.repeated.push({ tensor, gradient });
    return gradient;
  }
  running.handedOut.add(tensor);
  if (fresh) running.gradients.set(tensor, allocateFor(running.scope, tensor.size));
  return gradientOf(tensor);
}

function addRepeated(tape: Tape): void {
  tape.handedOut.clear();
  for (const { tensor, gradient } of tape.repeated.splice(0)) adoptGradient(tensor, gradient);
}

function zerosFor({ scope }: Tape, length: number): Real {
  const data = allocateFor(scope, length);
  return scope === null ? data : data.fill(0);
}

function notBackwards(where: string): LetheError {
  return new LetheError(
    'E_TAPE',
    `${where}: expected the tape to run backwards, but it does not; call it in the backward function given to record`,
  );
}
