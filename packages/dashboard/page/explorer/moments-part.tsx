/** Fast dropout from inside: a pre-activation as a Gaussian that one drags, what the forms make of it, and which way δ pushes. */

import { shortNumber } from '@lethe/lab/scales';
import {
  activations,
  density,
  densityBehind,
  type ExploredActivation,
  exactMoments,
  forms,
  lossAt,
  type Moments,
  momentsBy,
  nonLinearity,
} from '../../src/explorer/forms.ts';
import { Chart, type Line } from '../chart.tsx';
import { Legend } from '../legend.tsx';
import { show, view } from '../state.ts';
import { Wide } from '../wide.tsx';

const [widest, most] = [6, 16];

export function MomentsPart() {
  const { mean: givenMean, variance: givenVariance, activation: given, target: givenTarget } = chosen();
  const at: Moments = { mean: givenMean, variance: givenVariance };
  const activation = given;
  const exact = exactMoments(activation, at);
  const found = forms.map((form) => ({ form, moments: momentsBy(form, activation, at) }));
  const number = (value: number): string => shortNumber(value, undefined, 5);
  return (
    <>
      <h2>Fast dropout: moments of a pre-activation</h2>
      <p>
        With noise on its inputs a pre-activation <i>a</i> is a sum of many terms, nearly a Gaussian. Fast
        dropout carries its mean and variance through the network in place of draws. Drag in the first
        picture: to the side for the mean, upwards for the deviation.
      </p>
      <div class="bar">
        <Slider label="Mean E[a]" name="mean" value={at.mean} from={-widest} to={widest} />
        <Slider label="Variance V[a]" name="variance" value={at.variance} from={0.05} to={most} />
        <label>
          Non-linearity
          <select value={activation} onChange={(event) => show({ activation: event.currentTarget.value })}>
            {activations.map((name) => (
              <option key={name} value={name}>
                {name}
              </option>
            ))}
          </select>
        </label>
      </div>
      <div class="gallery">
        <div>
          <Before at={at} activation={activation} />
        </div>
        <div>
          <Behind at={at} activation={activation} exact={exact} />
        </div>
      </div>
      <Wide label="moments of every form">
        <table>
          <caption>
            E[f(a)] and V[f(a)] by every form (<code>fast:form=…</code>), and exactly
          </caption>
          <thead>
            <tr>
              <th scope="col">form</th>
              {['mean', 'its error', 'variance', 'its error'].map((word, i) => (
                <th scope="col" class="number" key={i}>
                  {word}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            <tr>
              <th scope="row">exact</th>
              <td class="number">{number(exact.mean)}</td>
              <td class="number">–</td>
              <td class="number">{number(exact.variance)}</td>
              <td class="number">–</td>
            </tr>
            {found.map(({ form, moments }) => (
              <tr key={form}>
                <th scope="row">{form}</th>
                <td class="number">{number(moments.mean)}</td>
                <td class="number">{shortNumber(moments.mean - exact.mean, undefined, 2)}</td>
                <td class="number">{number(moments.variance)}</td>
                <td class="number">{shortNumber(moments.variance - exact.variance, undefined, 2)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </Wide>
      <Push at={at} target={givenTarget} />
    </>
  );
}

// --- internal ---

function chosen(): Moments & { activation: ExploredActivation; target: 0 | 1 } {
  const { mean, variance, activation, wanted } = view.value;
  return {
    mean: within(Number(mean), -widest, widest, 0.5),
    variance: within(Number(variance), 0.05, most, 1),
    activation: activations.find((name) => name === activation) ?? 'tanh',
    target: wanted === '0' ? 0 : 1,
  };
}

const within = (value: number, low: number, high: number, instead: number): number =>
  Number.isFinite(value) ? Math.min(high, Math.max(low, value)) : instead;

function Slider({
  label,
  name,
  value,
  from,
  to,
}: {
  label: string;
  name: 'mean' | 'variance';
  value: number;
  from: number;
  to: number;
}) {
  return (
    <label>
      {label}
      <input
        type="range"
        min={from}
        max={to}
        step="0.05"
        value={value}
        onInput={(event) => show({ [name]: event.currentTarget.value })}
      />
      <output>{value.toFixed(2)}</output>
    </label>
  );
}

/** Places of a picture's x, ends included. */
const range = (low: number, high: number, count: number): number[] =>
  Array.from({ length: count + 1 }, (_, i) => low + ((high - low) * i) / count);

function Before({ at, activation }: { at: Moments; activation: ExploredActivation }) {
  const x = range(-widest - 4, widest + 4, 300);
  const lines: Line[] = [
    { name: 'density of a', colour: 0, x, y: x.map((a) => density(a, at)) },
    { name: `${activation}(a)`, colour: 7, x, y: x.map((a) => nonLinearity[activation](a)), dash: '4 3' },
  ];
  return (
    <>
      <Chart
        title="The pre-activation"
        x="a"
        y={`density, and ${activation}(a)`}
        lines={lines}
        range={activation === 'tanh' ? [-1, 1] : [0, 1]}
        most={1.5}
        onPlace={(a, share) => {
          const deviation = Math.min(Math.sqrt(most), Math.max(Math.sqrt(0.05), 4 * share));
          show({
            mean: within(a, -widest, widest, 0).toFixed(2),
            variance: (deviation * deviation).toFixed(2),
          });
        }}
        height={260}
      />
      <Legend lines={lines} />
    </>
  );
}

function Behind({ at, activation, exact }: { at: Moments; activation: ExploredActivation; exact: Moments }) {
  const [low, high] = activation === 'tanh' ? [-1, 1] : activation === 'sigmoid' ? [0, 1] : [0, widest + 4];
  // Up to the ends, between which the density may go to infinity.
  const y = range(low, high, 240).slice(1, -1);
  const paper = range(low - 0.25 * (high - low), high + 0.25 * (high - low), 200);
  const lines: Line[] = [
    { name: 'density of f(a)', colour: 0, x: y, y: y.map((value) => densityBehind(activation, value, at)) },
    {
      name: 'Gaussian with the exact moments',
      colour: 1,
      x: paper,
      y: paper.map((value) => density(value, exact)),
      dash: '5 3',
    },
  ];
  return (
    <>
      <Chart
        title={`Behind ${activation}`}
        x={`${activation}(a)`}
        y="density"
        lines={lines}
        range={[0, 1]}
        most={4}
        height={260}
      />
      <Legend lines={lines} />
      {activation === 'relu' && (
        <p class="note">
          relu puts {(100 * share(at)).toFixed(1)} % of the probability at 0 itself, which the curve does not
          show.
        </p>
      )}
    </>
  );
}

/** P(a < 0), by the sums that the moments are made by. */
function share({ mean, variance }: Moments): number {
  let [below, all] = [0, 0];
  for (let i = -4000; i <= 4000; i++) {
    const z = i / 400;
    const weight = Math.exp((-z * z) / 2);
    all += weight;
    if (mean + Math.sqrt(variance) * z < 0) below += weight;
  }
  return below / all;
}

/** A unit of the final layer: the loss along the variance, and what its slope does to weights. */
function Push({ at, target }: { at: Moments; target: 0 | 1 }) {
  const { loss, delta } = lossAt(at, target);
  const x = range(0.05, most, 60);
  const lines: Line[] = [
    { name: 'loss', colour: 0, x, y: x.map((variance) => lossAt({ ...at, variance }, target).loss) },
    { name: 'here', colour: 1, x: [at.variance], y: [loss], points: true },
  ];
  const isRight = target === 1 ? at.mean > 0 : at.mean < 0;
  return (
    <>
      <h2>Which way δ pushes</h2>
      <p>
        Of a unit whose answer is a probability, the loss depends on both moments of its logit. δ = dJ / dV[a]
        is its slope along the variance: every weight is moved against 2 <i>w</i> δ <i>V</i>, a decay with a
        size and a sign of its own.
      </p>
      <div class="bar">
        <label>
          What is right
          <select value={String(target)} onChange={(event) => show({ wanted: event.currentTarget.value })}>
            <option value="1">1: the note sounds</option>
            <option value="0">0: it does not</option>
          </select>
        </label>
      </div>
      <p role="status">
        The unit is <b>{isRight ? 'right' : 'wrong'}</b>: δ = <b>{shortNumber(delta, undefined, 3)}</b>.{' '}
        {delta > 0
          ? 'Less variance would help, so its weights shrink.'
          : delta < 0
            ? 'More variance would help, since it makes the unit less sure of what is wrong: its weights grow.'
            : 'The regularizer is gone.'}
      </p>
      <Chart
        title="Loss along the variance, at this mean"
        x="V[a]"
        y="loss J (nats)"
        lines={lines}
        height={220}
      />
    </>
  );
}
