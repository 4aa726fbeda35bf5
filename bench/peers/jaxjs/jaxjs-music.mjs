/**
 * The plain music workload in jax-js on its wasm backend, for comparison with `lethe bench`. The same step as in
 * ../tfjs/tfjs-music.mjs: forward, backward, clip by global norm 225, rmsprop with Nesterov momentum.
 *
 *     node jaxjs-music.mjs --workload music-plain
 *
 * Prints one JSON line. jax-js has no scan, so the 99 steps are a loop of JavaScript, which `jit` unrolls; its wasm backend has one thread,
 * whatever `--threads` says. What was tried, ms a step (jax-js 0.1.25, Node 20, Xeon 2.80 GHz on which other work ran, so compare the
 * figures only with each other):
 *
 *     whole   the whole training step compiled                    988, after 7 s of compilation     best
 *     step    a loop over a compiled recurrent step, and a compiled update     1,559
 *     eager   nothing compiled                                  1,781
 */
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { defaultDevice, init, jit, numpy as np, random, valueAndGrad } from '@jax-js/jax';

const [BATCH, STEPS, NOTES, HIDDEN] = [32, 99, 88, 400];
const { values } = parseArgs({
  options: {
    workload: { type: 'string', default: 'music-plain' },
    threads: { type: 'string', default: '1' },
    variant: { type: 'string', default: 'best' },
    repetitions: { type: 'string', default: '7' },
    'warm-up': { type: 'string', default: '2' },
    verbose: { type: 'boolean', default: false },
  },
});
const variant = values.variant === 'best' ? 'whole' : values.variant;
if (values.workload !== 'music-plain' || !['whole', 'step', 'eager'].includes(variant)) {
  console.error('jaxjs-music: expected --workload music-plain, --variant best|whole|step|eager');
  process.exit(2);
}
await init('wasm');
defaultDevice('wasm');

// An array that is used once more is handed over by .ref; the last use takes it.
const recur = (h, a, wRec) => np.tanh(np.matmul(h, wRec).add(a));
const step = variant === 'step' ? jit(recur) : recur;

/** Mean over steps and rows of the sum over notes of softplus(z) - y z. */
function loss(wIn, wRec, bias, wOut, biasOut, x, y) {
  const a = np.matmul(x, wIn).add(bias).reshape([STEPS, BATCH, HIDDEN]);
  const steps = np.split(a, STEPS, 0).map((one) => one.reshape([BATCH, HIDDEN]));
  const hs = [];
  let h = np.tanh(steps[0]);
  for (let t = 1; t < STEPS; t++) {
    hs.push(h.ref);
    h = step(h, steps[t], wRec.ref);
  }
  hs.push(h);
  wRec.dispose();
  const z = np.matmul(np.concatenate(hs, 0), wOut).add(biasOut);
  const softplus = np.maximum(z.ref, 0).add(np.log1p(np.exp(np.abs(z.ref).neg())));
  return softplus
    .sub(y.mul(z))
    .sum()
    .div(STEPS * BATCH);
}

const withGradients = valueAndGrad(loss, { argnums: [0, 1, 2, 3, 4] });

/** Clips by global norm, then rmsprop with Nesterov momentum; the parameters hold the look-ahead point. */
function update(parameters, meanSquares, velocities, gradients) {
  const [stepRate, momentum, decay, epsilon] = [1e-3, 0.99, 0.8, 1e-8];
  const norm = np.sqrt(gradients.map((g) => np.square(g.ref).sum()).reduce((sum, one) => sum.add(one)));
  const scale = np.minimum(np.array(225).div(norm), 1);
  const next = parameters.map((w, i) => {
    const g = gradients[i].mul(scale.ref);
    const r = meanSquares[i].mul(decay).add(np.square(g.ref).mul(1 - decay));
    const change = g.div(np.sqrt(r.ref.add(epsilon))).mul(stepRate);
    const v = velocities[i].mul(momentum).add(change.ref);
    return { w: w.sub(change.add(v.ref.mul(momentum))), r, v };
  });
  scale.dispose();
  return [next.map(({ w }) => w), next.map(({ r }) => r), next.map(({ v }) => v)];
}

function trainStep(parameters, meanSquares, velocities, x, y) {
  const [value, gradients] = withGradients(...parameters.map((w) => w.ref), x, y);
  return [value, ...optimise(parameters, meanSquares, velocities, gradients)];
}
const optimise = variant === 'step' ? jit(update) : update;
const train = variant === 'whole' ? jit(trainStep) : trainStep;

const shapes = [[NOTES, HIDDEN], [HIDDEN, HIDDEN], [HIDDEN], [HIDDEN, NOTES], [NOTES]];
let parameters = shapes.map((shape, i) =>
  shape.length === 2 ? random.normal(random.key(42 + i), shape).mul(0.05) : np.zeros(shape),
);
let meanSquares = shapes.map((shape) => np.ones(shape));
let velocities = shapes.map((shape) => np.zeros(shape));
const roll = random
  .uniform(random.key(42), [STEPS + 1, BATCH, NOTES])
  .less(0.05)
  .astype(np.float32)
  .reshape([(STEPS + 1) * BATCH, NOTES]);
const [x, y] = [roll.ref.slice([0, STEPS * BATCH]), roll.slice([BATCH, (STEPS + 1) * BATCH])];

async function measuredStep() {
  const start = performance.now();
  const [value, ...next] = train(parameters, meanSquares, velocities, x.ref, y.ref);
  [parameters, meanSquares, velocities] = next;
  const [loss] = await value.data();
  // What is lazy is computed now.
  for (const array of parameters) await array.ref.data();
  return { loss, ms: performance.now() - start };
}

const losses = [];
for (let i = 0; i < values['warm-up']; i++) {
  const one = await measuredStep();
  losses.push(one.loss);
  if (values.verbose) console.error(`warm-up ${one.ms.toFixed(0)} ms`);
}
const measured = [];
for (let i = 0; i < values.repetitions; i++) {
  const one = await measuredStep();
  losses.push(one.loss);
  measured.push(one.ms);
}
measured.sort((a, b) => a - b);
if (values.verbose) console.error(losses.join(' '));
if (!Number.isFinite(losses.at(-1))) {
  console.error('jaxjs-music: the loss is not finite; the figures would mean nothing');
  process.exit(1);
}
const middle = measured.length / 2;
const ms = (measured[Math.floor(middle - 0.5)] + measured[Math.floor(middle)]) / 2;
const peak = Number(/VmHWM:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? 0) / 1024;
console.log(
  JSON.stringify({
    workload: values.workload,
    system: 'jax-js-wasm',
    version: JSON.parse(
      readFileSync(new URL('node_modules/@jax-js/jax/package.json', import.meta.url), 'utf8'),
    ).version,
    variant,
    threads: 1,
    ms: Number(ms.toFixed(3)),
    steps_per_s: Number((1e3 / ms).toFixed(3)),
    peak_rss_mb: Number(peak.toFixed(1)),
  }),
);
