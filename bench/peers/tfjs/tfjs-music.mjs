/**
 * The music workloads in TensorFlow.js on its wasm backend, for comparison with `lethe bench`. The same step
 * as in ../pytorch_music.py: forward, backward, clip by global norm 225, rmsprop with Nesterov momentum.
 *
 *     node tfjs-music.mjs --workload music-plain --threads 2
 *
 * Prints one JSON line. `--variant tape` differentiates the loop over the steps with tf.variableGrads,
 * `--variant function` (the default) has the backward pass of the sequence written by hand, with the gradient
 * of the recurrent weights as one product. The wasm build has SIMD; TensorFlow.js switches its threads off
 * under Node, so it runs on one thread whatever `--threads` says, and the line says `"threads":1`.
 *
 * What was tried, ms a step (TensorFlow.js 4.22.0, Node 20, AVX-512 machine on which other work ran, so compare
 * the figures only with each other):
 *
 *     plain  tape 811, function 611               best: function
 *     fast   tape 1043, function 1084             best: function, for it needs 690 MB instead of 1,150
 *     with the library's own gradient of a product, which transposes inside the kernel and is slow in wasm:
 *     plain  tape 4643, function 1514             fast  tape 5433, function 4150
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { parseArgs } from 'node:util';
import * as tf from '@tensorflow/tfjs';
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';

const [BATCH, STEPS, NOTES, HIDDEN] = [32, 99, 88, 400];
const KEEP = { input: 0.9, recurrent: 0.8, output: 0.5 };
const KAPPA = Math.PI / 8;
const A = 4 - 2 * Math.SQRT2;
const B = -Math.log(Math.SQRT2 - 1);

const rows = (x) => tf.reshape(x, [-1, x.shape.at(-1)]);
const sequence = (x) => tf.reshape(x, [STEPS, BATCH, -1]);
const times = (x, factor) => tf.mul(x, factor);

/** a b; the backward pass transposes first, because only products without transposition are fast in wasm. */
const product = tf.customGrad((a, b, save) => {
  save([a, b]);
  const gradFunc = (dy, [left, right]) => [
    tf.matMul(dy, tf.transpose(right)),
    tf.matMul(tf.transpose(left), dy),
  ];
  return { value: tf.matMul(a, b), gradFunc };
});

// Plain

function plainTape(a, wRec) {
  let h;
  const outputs = tf.unstack(a).map((step) => {
    h = tf.tanh(h === undefined ? step : tf.add(product(h, wRec), step));
    return h;
  });
  return tf.stack(outputs);
}

const plainFunction = tf.customGrad((a, wRec, save) => {
  const value = plainTape(a, wRec);
  save([value, wRec]);
  const gradFunc = (dy, [hs, w]) => {
    const slopes = tf.unstack(tf.sub(1, tf.square(hs)));
    const incoming = tf.unstack(dy);
    const wT = tf.transpose(w);
    const steps = [];
    let d;
    for (let t = STEPS - 1; t >= 0; t--) {
      const dh = d === undefined ? incoming[t] : tf.add(incoming[t], tf.matMul(d, wT));
      d = tf.mul(dh, slopes[t]);
      steps.unshift(d);
    }
    const da = tf.stack(steps);
    return [da, tf.matMul(tf.transpose(rows(tf.slice(hs, [0], [STEPS - 1]))), rows(tf.slice(da, [1])))];
  };
  return { value, gradFunc };
});

function plain(x, [wIn, wRec, bias, wOut, biasOut], recur) {
  const hs = recur(sequence(tf.add(product(rows(x), wIn), bias)), wRec);
  return sequence(tf.add(product(rows(hs), wOut), biasOut));
}

// Fast dropout

/** Mean and variance of tanh(X), X ~ N(mean, variance), in the form of Wang and Manning (2013). */
function tanhMoments(mean, variance) {
  const m = tf.tanh(tf.mul(mean, tf.rsqrt(tf.add(times(variance, 4 * KAPPA), 1))));
  const scale = tf.rsqrt(tf.add(times(variance, 4 * KAPPA * A * A), 1));
  const square = tf.sigmoid(tf.mul(tf.sub(times(mean, 2 * A), A * B), scale));
  return [m, tf.sub(times(square, 4), tf.square(tf.add(m, 1)))];
}

const noisy = (mean, variance, q) => tf.add(times(tf.square(mean), q * (1 - q)), times(variance, q));

/** Every step's (mean, variance) of pre-activation and state, and the noisy variance of the state. */
function fastSteps(aMean, aVariance, wRec) {
  const q = KEEP.recurrent;
  const w = times(wRec, q);
  const wSquared = tf.square(wRec);
  const means = tf.unstack(aMean);
  const variances = tf.unstack(aVariance);
  const kept = { means: [], variances: [], hMeans: [], hVariances: [], us: [] };
  let h;
  let u;
  for (let t = 0; t < STEPS; t++) {
    const mean = t === 0 ? means[0] : tf.add(product(h, w), means[t]);
    const variance = t === 0 ? variances[0] : tf.add(product(u, wSquared), variances[t]);
    const [m, v] = tanhMoments(mean, variance);
    h = m;
    u = noisy(m, v, q);
    for (const [list, item] of [
      ['means', mean],
      ['variances', variance],
      ['hMeans', m],
      ['hVariances', v],
      ['us', u],
    ]) {
      kept[list].push(item);
    }
  }
  return kept;
}

function fastTape(aMean, aVariance, wRec) {
  const { hMeans, hVariances } = fastSteps(aMean, aVariance, wRec);
  return [tf.stack(hMeans), tf.stack(hVariances)];
}

function momentsBackward(mean, variance, dm, dv) {
  const r = tf.rsqrt(tf.add(times(variance, 4 * KAPPA), 1));
  const s = tf.rsqrt(tf.add(times(variance, 4 * KAPPA * A * A), 1));
  const m = tf.tanh(tf.mul(mean, r));
  const inner = tf.sub(times(mean, 2 * A), A * B);
  const square = tf.sigmoid(tf.mul(inner, s));
  const g = tf.mul(tf.sub(dm, tf.mul(times(tf.add(m, 1), 2), dv)), tf.sub(1, tf.square(m)));
  const e = tf.mul(times(dv, 4), tf.mul(square, tf.sub(1, square)));
  const gr = tf.mul(g, r);
  const es = tf.mul(e, s);
  const first = tf.mul(tf.mul(gr, mean), tf.square(r));
  const second = times(tf.mul(tf.mul(es, inner), tf.square(s)), A * A);
  return [tf.add(gr, times(es, 2 * A)), times(tf.add(first, second), -2 * KAPPA)];
}

const fastSequence = tf.customGrad((aMean, aVariance, wRec, save) => {
  const kept = fastSteps(aMean, aVariance, wRec);
  const value = tf.stack([tf.stack(kept.hMeans), tf.stack(kept.hVariances)]);
  save([tf.stack(kept.means), tf.stack(kept.variances), value, tf.stack(kept.us), wRec]);
  const gradFunc = (dy, [allMeans, allVariances, hs, allUs, weights]) => {
    const q = KEEP.recurrent;
    const w = tf.transpose(times(weights, q));
    const wSquared = tf.square(tf.transpose(weights));
    const [means, variances] = [allMeans, allVariances].map((x) => tf.unstack(x));
    const [dMeans, dVariances] = tf.unstack(dy).map((x) => tf.unstack(x));
    const hMeans = tf.reshape(tf.slice(hs, [0], [1]), [STEPS, BATCH, HIDDEN]);
    const slopes = tf.unstack(times(hMeans, 2 * q * (1 - q)));
    const steps = [[], []];
    let d;
    for (let t = STEPS - 1; t >= 0; t--) {
      let [dm, dv] = [dMeans[t], dVariances[t]];
      if (d !== undefined) {
        const du = tf.matMul(d[1], wSquared);
        dm = tf.add(tf.add(dm, tf.matMul(d[0], w)), tf.mul(slopes[t], du));
        dv = tf.add(dv, times(du, q));
      }
      d = momentsBackward(means[t], variances[t], dm, dv);
      steps[0].unshift(d[0]);
      steps[1].unshift(d[1]);
    }
    const [da, daVariance] = steps.map((list) => tf.stack(list));
    const before = (x) => tf.transpose(rows(tf.slice(x, [0], [STEPS - 1])));
    const after = (x) => rows(tf.slice(x, [1]));
    const dw = tf.matMul(before(hMeans), after(da));
    const dwSquared = tf.matMul(before(allUs), after(daVariance));
    return [da, daVariance, tf.add(times(dw, q), tf.mul(times(weights, 2), dwSquared))];
  };
  return { value, gradFunc };
});

const fastFunction = (...inputs) => tf.unstack(fastSequence(...inputs));

function fast(x, [wIn, wRec, bias, wOut, biasOut], recur) {
  const { input, output } = KEEP;
  const flat = rows(x);
  const aMean = tf.add(product(times(flat, input), wIn), bias);
  const aVariance = product(times(tf.square(flat), input * (1 - input)), tf.square(wIn));
  const [hMean, hVariance] = recur(sequence(aMean), sequence(aVariance), wRec).map(rows);
  const mean = tf.add(times(product(hMean, wOut), output), biasOut);
  const variance = product(noisy(hMean, hVariance, output), tf.square(wOut));
  return sequence(tf.mul(mean, tf.rsqrt(tf.add(times(variance, KAPPA), 1))));
}

// The step

const workloads = {
  'music-plain': { model: plain, tape: plainTape, function: plainFunction },
  'music-fast': { model: fast, tape: fastTape, function: fastFunction },
};

/** rmsprop with Nesterov momentum; the variables hold the look-ahead point. Clips by global norm first. */
function rmsprop(variables, { stepRate = 1e-3, momentum = 0.99, decay = 0.8, epsilon = 1e-8 } = {}) {
  const meanSquares = variables.map((w) => tf.variable(tf.onesLike(w), false));
  const velocities = variables.map((w) => tf.variable(tf.zerosLike(w), false));
  return (gradients) =>
    tf.tidy(() => {
      const norm = Math.sqrt(tf.addN(gradients.map((g) => tf.sum(tf.square(g)))).dataSync()[0]);
      for (const [i, w] of variables.entries()) {
        const g = norm > 225 ? times(gradients[i], 225 / norm) : gradients[i];
        const [r, v] = [meanSquares[i], velocities[i]];
        r.assign(tf.add(times(r, decay), times(tf.square(g), 1 - decay)));
        const step = times(tf.mul(g, tf.rsqrt(tf.add(r, epsilon))), stepRate);
        v.assign(tf.add(times(v, momentum), step));
        w.assign(tf.sub(w, tf.add(step, times(v, momentum))));
      }
    });
}

function trainer(workload, variant) {
  const { model, [variant]: recur } = workloads[workload];
  const shapes = [[NOTES, HIDDEN], [HIDDEN, HIDDEN], [HIDDEN], [HIDDEN, NOTES], [NOTES]];
  const variables = shapes.map((shape, i) =>
    tf.variable(shape.length === 2 ? tf.randomNormal(shape, 0, 0.05, 'float32', 42 + i) : tf.zeros(shape)),
  );
  const roll = tf.cast(
    tf.less(tf.randomUniform([STEPS + 1, BATCH, NOTES], 0, 1, 'float32', 42), 0.05),
    'float32',
  );
  const x = tf.slice(roll, [0], [STEPS]);
  const y = tf.slice(roll, [1]);
  const update = rmsprop(variables);
  const loss = () => {
    const z = model(x, variables, recur);
    // softplus(z) - y z, from operations that have a wasm kernel and a gradient
    const softplus = tf.add(tf.relu(z), tf.log1p(tf.exp(tf.neg(tf.abs(z)))));
    return times(tf.sum(tf.sub(softplus, tf.mul(y, z))), 1 / (STEPS * BATCH));
  };
  return () =>
    tf.tidy(() => {
      const { value, grads } = tf.variableGrads(loss, variables);
      update(variables.map((w) => grads[w.name]));
      return value.dataSync()[0];
    });
}

function peakRssMb() {
  try {
    return Number(/VmHWM:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))[1]) / 1024;
  } catch {
    return process.resourceUsage().maxRSS / 1024;
  }
}

const { values } = parseArgs({
  options: {
    workload: { type: 'string', default: 'music-plain' },
    threads: { type: 'string', default: '2' },
    variant: { type: 'string', default: 'best' },
    repetitions: { type: 'string', default: '7' },
    'warm-up': { type: 'string', default: '2' },
    verbose: { type: 'boolean', default: false },
  },
});
const variant = values.variant === 'best' ? 'function' : values.variant;
if (
  !(values.workload in workloads) ||
  !['tape', 'function'].includes(variant) ||
  !(values.repetitions >= 7)
) {
  console.error(
    'tfjs-music: expected --workload music-plain|music-fast, --variant best|tape|function, --repetitions >= 7',
  );
  process.exit(2);
}

setWasmPaths(`${dirname(createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm'))}/`);
await tf.setBackend('wasm');
await tf.ready();
const step = trainer(values.workload, variant);
const losses = [];
for (let i = 0; i < values['warm-up']; i++) losses.push(step());
const measured = Array.from({ length: Number(values.repetitions) }, () => {
  const start = performance.now();
  losses.push(step());
  return performance.now() - start;
}).sort((a, b) => a - b);
if (values.verbose) console.error(losses.join(' '));
if (!Number.isFinite(losses.at(-1))) {
  console.error('tfjs-music: the loss is not finite; the figures would mean nothing');
  process.exit(1);
}
const middle = measured.length / 2;
const ms = (measured[Math.floor(middle - 0.5)] + measured[Math.floor(middle)]) / 2;
console.log(
  JSON.stringify({
    workload: values.workload,
    system: 'tensorflow.js-wasm',
    version: tf.version.tfjs,
    variant,
    threads: 1,
    ms: Number(ms.toFixed(3)),
    steps_per_s: Number((1e3 / ms).toFixed(3)),
    peak_rss_mb: Number(peakRssMb().toFixed(1)),
  }),
);
