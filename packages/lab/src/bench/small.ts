/**
 * What sliders and forecasting loops ask for: an LSTM of 64 units on 64 inputs, where calls cost more than arithmetic.
 *
 *   small-steps   a thousand single steps, batch 1, the state carried on, without a tape: a millisecond is a microsecond a step
 *   small-train   ten training steps of 8 sequences of 50 steps: squared error, clipping at norm 5, SGD
 */
import { lstm, NoiseStream, Tensor } from 'lethe';
import { layerWorkload } from './layer.ts';
import type { Workload, WorkloadKind } from './workload.ts';

/** By name. */
export const smallWorkloads: Readonly<Record<string, WorkloadKind>> = {
  'small-steps': { make: smallSteps },
  'small-train': { make: smallTrain },
};

// --- internal ---

const units = 64;

function smallSteps(): Workload {
  const stream = new NoiseStream(1);
  const layer = lstm({ inputSize: units, hiddenSize: units }, stream);
  const x = new Tensor([1, 1, units], stream.normals({ site: 'sample' }, units));
  const { weightIn, weightRec, bias } = layer.parameters;
  return {
    parameters: { weightIn, weightRec, bias },
    step() {
      let { state } = layer.forward(x);
      for (let i = 1; i < 1000; i++) ({ state } = layer.forward(x, state));
      return (state.hidden as Tensor).data[0];
    },
  };
}

function smallTrain(): Workload {
  const workload = layerWorkload('lstm-layer', 'none', { hidden: units, batch: 8, steps: 50 });
  return {
    ...workload,
    step() {
      for (let i = 1; i < 10; i++) workload.step();
      return workload.step();
    },
  };
}
