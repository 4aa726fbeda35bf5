/**
 * What every optimiser shares: named parameters changed in place, one state array per parameter and slot,
 * evaluation away from the point where gradients are taken, and a state that goes into a checkpoint.
 * The update equations stand in the file of each rule.
 */
import { checkFunction, isObject } from '../checks.ts';
import { ConfigError, DataError, LetheError, ShapeError } from '../errors.ts';
import { found } from '../found.ts';
import { checkNumber } from '../options.ts';
import { type Real, realZeros } from '../tensor/dtype.ts';
import { shapeText, sizeOf, type Tensor } from '../tensor/tensor.ts';
import { arraysOf } from './gradient-arrays.ts';

/** An array with its shape, as a checkpoint holds it. */
export interface StoredArray {
  shape: readonly number[];
  data: Real;
}

/** The state of an optimiser by name: `<slot>.<parameter>`, and `updates`, a float64 scalar. */
export type OptimizerState = Record<string, StoredArray>;

/** An update rule bound to its parameters. */
export interface Optimizer {
  /** 'sgd', 'rmsprop', 'adam' or 'adamw' */
  readonly name: string;
  /** What it changes, by name, in the order of the gradients. Every optimizer of this package says it. */
  readonly parameters?: Readonly<Record<string, Tensor>>;
  /**
   * Changes the parameters in place.
   * @param gradients one tensor or array per parameter, in the order of the parameters
   * @param gradScale multiplies every gradient first (clipping); default 1
   * @param rateScale multiplies the step rate of this update (schedules); default 1
   * @param momentum of this update, above 0 and below 1, instead of the rule's own (schedules): momentum, or beta1 of Adam
   * @throws ShapeError when the arrays do not match the parameters; LetheError 'E_EVALUATING' inside `evaluate`; ConfigError for a
   *   momentum where the rule has none, or was made with 0
   */
  update(
    gradients: readonly (Tensor | Real)[],
    gradScale?: number,
    rateScale?: number,
    momentum?: number,
  ): void;
  /**
   * Runs `f` with the parameters at the point that is evaluated and saved, then puts them back bit by bit,
   * also when `f` throws. An asynchronous `f` is awaited. rmsprop with momentum and ntAsgd, once it averages, evaluate
   * elsewhere than where they take gradients.
   */
  evaluate<T>(f: () => T): T;
  /** A copy of everything an unbroken run would carry on with. */
  state(): OptimizerState;
  /**
   * Takes over a state written by an optimiser with the same parameters; the next update then has the same
   * bits as in the unbroken run.
   * @throws DataError when an array is missing, unknown, or of another shape; nothing is changed then
   */
  restore(state: OptimizerState): void;
  /**
   * For weights that something else has put into the parameters: begins anew from them. Velocities and averages of the weights before are
   * forgotten, so that `evaluate` shows what stands in the parameters until the next update. Every optimizer of this package has it.
   * @throws LetheError 'E_EVALUATING' inside `evaluate`
   */
  settle?(): void;
  /** of ntAsgd: averages the parameters from the next update on, and evaluates the average; once is enough */
  startAveraging?(): void;
}

/** What a rule brings along. */
export interface Rule {
  name: string;
  /** state arrays by slot name, one per parameter in order; a rule may add slots later */
  slots: Record<string, readonly Real[]>;
  /** state of its own that belongs to no parameter */
  scalars?: Record<string, Float64Array>;
  /** why the momentum of a single update cannot be another, where it cannot */
  fixedMomentum?: string;
  /** one update; `step` counts from 1 */
  apply(
    update: { parameters: Real[]; gradients: readonly Real[]; gradScale: number },
    step: number,
    rateScale: number,
    momentum: number | undefined,
  ): void;
  /** evaluate at point + momentum * velocity */
  lookAhead?: { momentum: number; velocities: readonly Real[] };
  /** evaluate at these arrays, when there are any */
  evaluated?(): readonly Real[] | undefined;
  /** forgets where the parameters came from: velocities and averages of them */
  settle?(): void;
  /** of a rule whose slots come and go: takes on those of a state, or says why it is none; nothing is changed then */
  adopt?(state: OptimizerState): {
    slots: readonly string[];
    /** default: those that there are */
    scalars?: readonly string[];
    hasPoint: boolean;
    take(): void;
  };
}

/** One zero-filled array (or filled with `value`) per parameter, in its number type. */
export function slotArrays(parameters: Record<string, Tensor>, value = 0): Real[] {
  return Object.values(parameters).map((parameter) => {
    const slot = realZeros(parameter.size);
    return value === 0 ? slot : slot.fill(value);
  });
}

/** Binds a rule to its parameters. */
export function makeOptimizer(parameters: Record<string, Tensor>, rule: Rule): Optimizer {
  const names = Object.keys(parameters);
  const tensors = Object.values(parameters);
  const points = () => tensors.map((tensor) => tensor.data);
  const updates = new Float64Array(1);
  let evaluating = 0;
  let saved: Real[] = [];

  const enter = () => {
    const elsewhere = rule.evaluated?.();
    if (evaluating++ > 0 || (rule.lookAhead === undefined && elsewhere === undefined)) return;
    saved = points().map((point) => point.slice());
    for (const [i, point] of points().entries()) if (elsewhere) point.set(elsewhere[i]);
    if (rule.lookAhead === undefined) return;
    const { momentum, velocities } = rule.lookAhead;
    for (const [i, point] of points().entries()) {
      for (let j = 0; j < point.length; j++) point[j] += momentum * velocities[i][j];
    }
  };
  const leave = () => {
    if (--evaluating > 0) return;
    // From the copy: subtracting momentum * velocity again would round.
    for (const [i, copy] of saved.entries()) tensors[i].data.set(copy);
    saved = [];
  };

  /** name -> [array, shape], live; the look-ahead point is part of it, for the saved weights are evaluated elsewhere. */
  const entries = (): [string, Real, readonly number[]][] => {
    const list: [string, Real, readonly number[]][] = [['updates', updates, []]];
    const slots = Object.entries(rule.slots);
    for (const [name, scalar] of Object.entries(rule.scalars ?? {})) list.push([name, scalar, []]);
    if (rule.lookAhead !== undefined || rule.evaluated?.())
      slots.push(['point', saved.length > 0 ? saved : points()]);
    for (const [slot, arrays] of slots) {
      for (const [i, name] of names.entries()) list.push([`${slot}.${name}`, arrays[i], tensors[i].shape]);
    }
    return list;
  };

  /** name -> shape of what a state must hold, whatever slots there are now. */
  const expected = (
    adopted: ReturnType<NonNullable<Rule['adopt']>> | undefined,
  ): [string, readonly number[]][] => {
    if (!adopted) return entries().map(([name, , shape]) => [name, shape]);
    const scalars = ['updates', ...(adopted.scalars ?? Object.keys(rule.scalars ?? {}))];
    const slots = [...adopted.slots, ...(adopted.hasPoint ? ['point'] : [])];
    return [
      ...scalars.map((name): [string, readonly number[]] => [name, []]),
      ...slots.flatMap((slot) =>
        names.map((name, i): [string, readonly number[]] => [`${slot}.${name}`, tensors[i].shape]),
      ),
    ];
  };

  const checkAtPoint = (what: 'update' | 'settle'): void => {
    if (evaluating === 0) return;
    throw new LetheError(
      'E_EVALUATING',
      `${rule.name}: ${what} was called inside evaluate, expected the parameters at the point of the gradients; ${what} after evaluate has ended`,
    );
  };

  return {
    name: rule.name,
    parameters,
    update(given, gradScale = 1, rateScale = 1, momentum) {
      checkAtPoint('update');
      const gradients = arraysOf(rule.name, given);
      checkGradients(rule.name, names, tensors, gradients);
      checkNumber(rule.name, 'gradScale', gradScale);
      checkNumber(rule.name, 'rateScale', rateScale, { from: 0 });
      if (momentum !== undefined) {
        checkNumber(rule.name, 'momentum', momentum, { above: 0, below: 1 });
        if (rule.fixedMomentum) {
          throw new ConfigError(
            `${rule.name}: expected no momentum for a single update, got ${momentum}; ${rule.fixedMomentum}`,
          );
        }
      }
      updates[0] += 1;
      rule.apply({ parameters: points(), gradients, gradScale }, updates[0], rateScale, momentum);
    },
    evaluate(f) {
      checkFunction(rule.name, 'what evaluate runs', f);
      enter();
      let result: ReturnType<typeof f>;
      try {
        result = f();
      } catch (error) {
        leave();
        throw error;
      }
      if (isPromise(result)) return result.finally(leave) as typeof result;
      leave();
      return result;
    },
    settle() {
      checkAtPoint('settle');
      rule.settle?.();
    },
    state() {
      return Object.fromEntries(
        entries().map(([name, data, shape]) => [name, { shape: [...shape], data: data.slice() }]),
      );
    },
    restore(state) {
      checkArrays(rule.name, state);
      const adopted = rule.adopt?.(state);
      checkState(rule.name, expected(adopted), state);
      // From here on nothing can fail.
      adopted?.take();
      for (const [name, data] of entries()) data.set(state[name].data);
    },
  };
}

/**
 * Throws ConfigError unless an optimizer, where it says what it changes, changes just these parameters in this order: gradients come
 * without names, and those of others would be taken for them.
 */
export function checkSameParameters(
  where: string,
  optimizer: Optimizer,
  named: Record<string, Tensor>,
): void {
  if (optimizer.parameters === undefined) return;
  const own = Object.entries(optimizer.parameters);
  const given = Object.entries(named);
  const place = given.findIndex(([, tensor], i) => own[i]?.[1] !== tensor);
  if (place < 0 && own.length === given.length) return;
  throw new ConfigError(
    `${where}: expected an optimizer of the same ${given.length} parameters in the same order, got ${otherParameter(own, given, place)}; give both one object`,
  );
}

/** Throws unless a state is an object of arrays, each with the shape that it says, and `updates` counts. */
export function checkArrays(where: string, state: OptimizerState): void {
  if (!isObject(state)) {
    throw new ConfigError(
      `${where}: expected a state as optimizer.state() gives it, got ${found(state)}; keep that object or what a file made of it`,
    );
  }
  for (const [name, array] of Object.entries(state)) {
    const { shape, data } = (isObject(array) ? array : {}) as Partial<StoredArray>;
    const isData = data instanceof Float32Array || data instanceof Float64Array;
    if (isData && Array.isArray(shape) && sizeOf(shape) === data.length) continue;
    throw new DataError(
      `${where}: expected '${name}' of the stored state to be { shape, data } with a Float32Array or Float64Array of that shape, got ${found(array)}`,
    );
  }
  for (const name of ['updates', 'averaged']) {
    const count = Object.hasOwn(state, name) ? state[name].data[0] : 0;
    if (Number.isInteger(count) && count >= 0) continue;
    throw new DataError(
      `${where}: expected '${name}' of the stored state to be a whole number of at least 0, got ${count}`,
    );
  }
}

/** Throws unless a state holds the arrays that are known, each in its shape, and no others. */
export function checkState(
  where: string,
  known: readonly (readonly [string, readonly number[]])[],
  state: OptimizerState,
): void {
  const missing = known.find(([name]) => !Object.hasOwn(state, name));
  if (missing !== undefined) {
    throw new DataError(
      `${where}: the stored state lacks '${missing[0]}'; it was written with other options or parameters`,
    );
  }
  const names = new Set(known.map(([name]) => name));
  const unknown = Object.keys(state).find((name) => !names.has(name));
  if (unknown !== undefined) {
    throw new DataError(
      `${where}: the stored state holds the unknown '${unknown}'; it was written with other options or parameters`,
    );
  }
  for (const [name, shape] of known) {
    const found = state[name];
    if (shapeText(found.shape) === shapeText(shape)) continue;
    throw new DataError(
      `${where}: expected '${name}' of shape ${shapeText(shape)} in the stored state, got ${shapeText(found.shape)} with ${found.data.length} elements`,
    );
  }
}

// --- internal ---

/** What an optimizer has at the first place where it should have another parameter; below 0 it has more of them. */
function otherParameter(
  own: readonly [string, Tensor][],
  given: readonly [string, Tensor][],
  place: number,
): string {
  if (place < 0) return `${own.length}`;
  const [name] = given[place];
  const found = own[place]?.[0];
  if (found === undefined) return `none for ${name}`;
  return `${found === name ? 'another tensor' : found} in place of ${name}`;
}

function isPromise(value: unknown): value is Promise<unknown> {
  return value instanceof Promise;
}

function checkGradients(
  where: string,
  names: readonly string[],
  tensors: readonly Tensor[],
  gradients: readonly Real[],
): void {
  if (gradients.length !== names.length) {
    throw new ShapeError(
      `${where}: expected ${names.length} gradients (${names.join(', ')}), got ${gradients.length}; give one per parameter in their order`,
    );
  }
  for (const [i, name] of names.entries()) {
    if (gradients[i].length === tensors[i].size) continue;
    throw new ShapeError(
      `${where}: expected the gradient of ${name} to have ${tensors[i].size} elements, as [${tensors[i].shape.join(', ')}], got ${gradients[i].length}`,
    );
  }
}
