/**
 * Initial values of parameters, drawn from a stream: the distribution first, then the limit on incoming
 * connections, and the spectral radius last, so that the finished matrix has it. (Bayer et al. 2013, Table 3,
 * give all three; their sigma^2 are variances.)
 */

import { markDraws } from '../../autograd/draws-met.ts';
import { checkFlag, checkWhole } from '../../checks.ts';
import { ConfigError } from '../../errors.ts';
import { found, shown } from '../../found.ts';
import { kernels } from '../../kernels/engine.ts';
import { spectralRadius } from '../../linalg/spectral-radius.ts';
import { checkNumber, checkOptionNames, nearestWord } from '../../options.ts';
import type { NoiseStream } from '../../random/stream.ts';
import { checkStream } from '../../random/stream.ts';
import { type Real, realZeros } from '../../tensor/dtype.ts';
import { checkShape, shapeText, Tensor } from '../../tensor/tensor.ts';

/** How a parameter starts. */
export interface InitOptions {
  /** @defaultValue 'normal' */
  kind?: 'normal' | 'uniform' | 'zeros' | 'constant';
  /** of 'normal', mean 0 @defaultValue 1 / rows */
  variance?: number;
  /** of 'uniform' on (-limit, limit) @defaultValue 1 / sqrt(rows) */
  limit?: number;
  /** of 'constant' */
  value?: number;
  /** largest absolute eigenvalue that a square matrix, or each square block of a gated cell's, is scaled to */
  spectralRadius?: number;
  /** number of incoming weights that every unit (column) keeps, chosen at random; the others are zero */
  maxIncoming?: number;
  /** scales to the radius before the others are zeroed, after which it is smaller. @defaultValue false */
  radiusFirst?: boolean;
}

/**
 * A parameter with its initial values, in memory of its own.
 * @param shape [rows, columns] (row = incoming, column = unit) or [units]
 * @param at layer, and which parameter of the layer; every pair draws numbers of its own. `blocks`: the matrix
 *   is that many blocks of columns, one for each gate. @defaultValue 1
 * @throws ConfigError for an unknown or unfit option, or when a matrix without eigenvalues is to get a radius
 */
export function initialTensor(
  shape: readonly number[],
  options: InitOptions,
  stream: NoiseStream,
  at: { layer: number; entry: number; blocks?: number },
): Tensor {
  checkOptionNames('init: place', at, ['layer', 'entry', 'blocks']);
  const { blocks = 1, ...place } = at;
  checkWhole('init: place', 'blocks', blocks, 1);
  checkWhole('init: place', 'layer', place.layer, 0, 2 ** 16 - 1);
  checkWhole('init: place', 'entry', place.entry, 0, 2 ** 8 - 1);
  checkStream('init', stream);
  const size = checkShape('init', shape);
  checkInitOptions(shape, options, blocks);
  const data = realZeros(size);
  fill(data, shape, options, stream, place);
  const { maxIncoming, spectralRadius, radiusFirst = false } = options;
  const sparsify = (): void => {
    if (maxIncoming !== undefined) keepIncoming(data, shape, maxIncoming, stream, place);
  };
  if (!radiusFirst) sparsify();
  if (spectralRadius !== undefined) {
    for (let block = 0; block < blocks; block++) scaleToRadius(data, shape, block, spectralRadius);
  }
  if (radiusFirst) sparsify();
  const tensor = new Tensor(shape, data);
  const { kind = 'normal' } = options;
  if (kind === 'normal' || kind === 'uniform') {
    markDraws(tensor, [stream.placeText({ site: 'init', ...place })], {
      name: `the initial values of shape ${shapeText(shape)}`,
    });
  }
  return tensor;
}

// --- internal ---

const kinds = ['normal', 'uniform', 'zeros', 'constant'];
/** The option that each kind owns. */
const ownOption = { normal: 'variance', uniform: 'limit', constant: 'value' } as const;

function checkInitOptions(shape: readonly number[], options: InitOptions, blocks: number): void {
  checkOptionNames('init', options, [
    'kind',
    'variance',
    'limit',
    'value',
    'spectralRadius',
    'maxIncoming',
    'radiusFirst',
  ]);
  const { kind = 'normal' } = options;
  if (!kinds.includes(kind)) {
    const nearest = typeof kind === 'string' ? nearestWord(kind, kinds) : undefined;
    throw new ConfigError(
      `init: expected kind to be one of ${kinds.join(', ')}, got '${shown(kind)}'${nearest ? `; did you mean '${nearest}'?` : ''}`,
    );
  }
  for (const [owner, name] of Object.entries(ownOption)) {
    if (options[name] === undefined) continue;
    checkNumber('init', name, options[name]);
    if (owner !== kind) {
      throw new ConfigError(
        `init: expected '${name}' only with kind '${owner}', got it with '${kind}'; leave it out`,
      );
    }
    checkNumber('init', name, options[name], name === 'value' ? {} : { from: 0 });
  }
  if (kind === 'constant' && options.value === undefined) {
    throw new ConfigError("init: expected 'value' with kind 'constant', got none");
  }
  checkFlag('init', 'radiusFirst', options.radiusFirst);
  if (options.maxIncoming !== undefined) {
    if (shape.length !== 2 || !Number.isInteger(options.maxIncoming) || options.maxIncoming < 1) {
      throw new ConfigError(
        `init: expected maxIncoming to be a whole number of at least 1 for a matrix, got ${found(options.maxIncoming)} for shape [${shape.join(', ')}]`,
      );
    }
  }
  if (options.spectralRadius !== undefined) {
    checkNumber('init', 'spectralRadius', options.spectralRadius, { from: 0 });
    if (shape.length !== 2 || shape[0] * blocks !== shape[1]) {
      throw new ConfigError(
        `init: expected a square matrix for spectralRadius, got shape [${shape.join(', ')}]; only recurrent weights have one`,
      );
    }
  }
}

function fill(
  data: Real,
  shape: readonly number[],
  options: InitOptions,
  stream: NoiseStream,
  place: { layer: number; entry: number },
): void {
  const { kind = 'normal', variance = 1 / shape[0], limit = 1 / Math.sqrt(shape[0]), value = 0 } = options;
  const address = stream.address({ site: 'init', ...place });
  if (kind === 'normal') kernels().normal({ ...address, mean: 0, deviation: Math.sqrt(variance), out: data });
  else if (kind === 'uniform') kernels().uniform({ ...address, low: -limit, high: limit, out: data });
  else if (kind === 'constant') data.fill(value);
}

/** Zeroes all but `count` elements of every column; which ones, the smallest of a column of random numbers say. */
function keepIncoming(
  data: Real,
  shape: readonly number[],
  count: number,
  stream: NoiseStream,
  place: { layer: number; entry: number },
): void {
  const [rows, columns] = shape;
  const keys = new Uint32Array(rows * columns);
  // Direction 1: numbers that the values did not use.
  kernels().bits({ ...stream.address({ site: 'init', ...place, direction: 1 }), out: keys });
  const order = new Uint32Array(rows);
  for (let column = 0; column < columns; column++) {
    for (let row = 0; row < rows; row++) order[row] = row;
    // Equal keys in the order of their rows, whatever the sort.
    order.sort((a, b) => keys[a * columns + column] - keys[b * columns + column] || a - b);
    for (let k = count; k < rows; k++) data[order[k] * columns + column] = 0;
  }
}

/** Scales one block of n columns of a matrix with n rows. */
function scaleToRadius(data: Real, [n, columns]: readonly number[], block: number, radius: number): void {
  const square = realZeros(n * n);
  for (let i = 0; i < n; i++) {
    const from = i * columns + block * n;
    square.set(data.subarray(from, from + n), i * n);
  }
  const found = spectralRadius(square, n);
  if (found === 0) {
    throw new ConfigError(
      'init: expected a matrix with an eigenvalue other than 0 to scale to spectralRadius, got none; raise maxIncoming or choose another kind',
    );
  }
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) data[i * columns + block * n + j] *= radius / found;
  }
}
