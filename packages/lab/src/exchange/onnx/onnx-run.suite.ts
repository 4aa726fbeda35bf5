/** For tests: a written file run by ONNX Runtime, and models to write. */
import { linear, NoiseStream, type RecurrentStackOptions, recurrentStack, Tensor } from 'lethe';
import { parseDropout, splitReadout } from 'lethe/dropout';
import { drawMask, drawZoneout } from 'lethe/internal';
import type * as Runtime from 'onnxruntime-common';
import type { PortableModel, PortableNetwork } from '../../runs/network.ts';
import type { OnnxFile } from './network.ts';

// A name that is no literal, for types are those of the common part: the package itself is absent where its binary cannot be installed.
const packageName: string = 'onnxruntime-node';

/** Undefined where its binary is not installed; then tests skip. */
export const runtime: typeof Runtime | undefined = await import(packageName).catch(() => undefined);

/** An array that goes in or comes out. */
export interface Numbers {
  shape: readonly number[];
  data: Float32Array | Int32Array | BigInt64Array;
}

/** Runs a file and gives its outputs by name. */
export async function runOnnx(
  content: Uint8Array,
  inputs: Readonly<Record<string, Numbers>>,
): Promise<Record<string, Numbers>> {
  const session = await runtime!.InferenceSession.create(content, { graphOptimizationLevel: 'all' });
  const types = { Float32Array: 'float32', Int32Array: 'int32', BigInt64Array: 'int64' } as const;
  const feeds = Object.fromEntries(
    Object.entries(inputs).map(([name, { shape, data }]) => {
      const type = types[data.constructor.name as keyof typeof types];
      return [name, new runtime!.Tensor(type, data as Float32Array, shape)];
    }),
  );
  const found = await session.run(feeds);
  return Object.fromEntries(
    Object.entries(found).map(([name, { dims, data }]) => [
      name,
      { shape: dims, data: data as Float32Array },
    ]),
  );
}

/** A network with values that are far from their initial ones, biases included. */
export function madeNetwork(
  options: Omit<RecurrentStackOptions, 'dropout'> & { dropout?: string; outputs?: number },
): {
  network: PortableNetwork;
  model: PortableModel;
  stack: ReturnType<typeof recurrentStack>;
  readout: ReturnType<typeof linear>;
} {
  const { dropout = 'none', outputs = 3, ...rest } = options;
  const stream = new NoiseStream(7);
  const regularizer = parseDropout(dropout);
  const parts = splitReadout(regularizer);
  const some = { kind: 'uniform', limit: 0.7 } as const;
  const stack = recurrentStack(
    { ...rest, dropout: parts.recurrent, initial: { weightIn: some, weightRec: some, bias: some } },
    stream,
  );
  for (const [k, { parameters }] of stack.layers.entries()) {
    const { biasRec } = parameters;
    for (let i = 0; biasRec && i < biasRec.size; i++) biasRec.data[i] = Math.sin(i + k);
  }
  const layer = options.hiddenSizes.length;
  const readout = linear(
    {
      inputSize: stack.outputSize,
      outputSize: outputs,
      dropout: parts.readout,
      layer,
      initial: { weight: some, bias: some },
    },
    stream,
  );
  const network: PortableNetwork = {
    input: { features: options.inputSize },
    layers: stack.layers,
    directions: options.bidirectional ? 2 : 1,
    pooling: 'none',
    readout: {
      kind: 'linear',
      plan: readout.plan,
      weight: readout.parameters.weight,
      bias: readout.parameters.bias,
    },
  };
  const model: PortableModel = {
    networks: [network],
    rule: regularizer.modes.test,
    about: { input: 'numbers', output: 'numbers' },
  };
  return { network, model, stack, readout };
}

/** Numbers between -1 and 1 that look like noise. */
export function someNumbers(shape: readonly number[], from = 1): Tensor {
  const size = shape.reduce((a, b) => a * b, 1);
  return new Tensor(
    shape,
    Float32Array.from({ length: size }, (_, i) => Math.sin(from + 1.7 * i)),
  );
}

/** Of every layer, h and c under the names of the inputs. */
export function someStates(network: PortableNetwork, batch: number): Record<string, Tensor> {
  const states: Record<string, Tensor> = {};
  for (const [k, layer] of network.layers.entries()) {
    const suffix = `_l${Math.floor(k / network.directions)}${layer.options.direction === 1 ? '_reverse' : ''}`;
    const shape = [batch, layer.options.hiddenSize];
    states[`h${suffix}`] = someNumbers(shape, k + 2);
    if (layer.cell === 'lstm') states[`c${suffix}`] = someNumbers(shape, k + 5);
  }
  return states;
}

/** The masks that the library draws at a place of a stream, as the inputs of the file ask for them. */
export function drawnMasks(
  { masks }: OnnxFile,
  {
    network,
    noise,
    steps,
    batch,
  }: { network: PortableNetwork; noise: NoiseStream; steps: number; batch: number },
): Record<string, Numbers> {
  const made: Record<string, Numbers> = {};
  for (const [name, { shape }] of Object.entries(masks)) {
    const [, zoned, site, place] = /^mask_(zoneout_)?([a-z]+)(_.*)?$/.exec(name)!;
    const siteName = site === 'weightin' ? 'weightIn' : site;
    const found = /_l(\d+)(_reverse)?/.exec(place ?? '');
    const layer = found && network.layers[Number(found[1]) * network.directions + (found[2] ? 1 : 0)];
    const plan = layer
      ? layer.plan
      : place?.startsWith('_readout')
        ? network.readout.plan
        : (network.input as never as { plan: never }).plan;
    const isWeights = siteName.startsWith('weight');
    const lengths = shape.map((dim) => (dim === 'time' ? steps : dim === 'batch' ? batch : (dim as number)));
    const width = isWeights ? lengths[0] * lengths[1] : lengths[lengths.length - 1];
    const axes = { steps, batch, width, columns: isWeights ? lengths[1] : undefined };
    const mask = zoned
      ? drawZoneout(plan, siteName as 'hidden', noise, axes)!
      : drawMask(plan, siteName as 'input', noise, axes)!;
    const data = new Float32Array(lengths.reduce((a, b) => a * b, 1));
    if (isWeights) data.set(mask.data.subarray(0, width));
    else if (siteName === 'embedding') {
      for (let b = 0; b < lengths[0]; b++)
        for (let j = 0; j < width; j++) data[b * width + j] = mask.data[b * mask.batch + j];
    } else {
      const [G, T, B] = lengths.length === 4 ? lengths : [1, ...lengths];
      let at = 0;
      for (let g = 0; g < G; g++) {
        for (let t = 0; t < T; t++) {
          // The backward layer draws for the steps as it sees them, from the end.
          const seen = found?.[2] && T > 1 ? T - 1 - t : t;
          for (let b = 0; b < B; b++) {
            for (let j = 0; j < width; j++) {
              data[at++] = mask.data[g * mask.gate + seen * mask.time + b * mask.batch + j];
            }
          }
        }
      }
    }
    made[name] = { shape: lengths, data };
  }
  return made;
}

/** The largest difference of two arrays. */
export function gap(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) throw new Error(`expected ${a.length} numbers, got ${b.length}`);
  return Array.from(a).reduce((most, one, i) => Math.max(most, Math.abs(one - b[i])), 0);
}
