/** How unsure a trained run is: its figures by the test-time rule beside those of so many draws of its noise, and what their entropy consists of. */
import { shortNumber } from '@lethe/lab/scales';
import { useState } from 'preact/hooks';
import type { Uncertainty as Measured } from '../src/shared/api.ts';
import { figureText } from '../src/shared/cells.ts';
import { hasToken, send } from './server.ts';
import { about, show, view } from './state.ts';
import { Wide } from './wide.tsx';

/** Shares of the test data that one may choose. */
const shares = [0.05, 0.2, 1];

export function Uncertainty({ id }: { id: string }) {
  const draws = Math.round(Number(view.value.mc)) || 20;
  const [share, setShare] = useState(1);
  const [measured, setMeasured] = useState<Measured | undefined>();
  const [said, setSaid] = useState('');
  const [isBusy, setBusy] = useState(false);
  if (about.value.readOnly || !hasToken()) return null;
  const measure = async (): Promise<void> => {
    setBusy(true);
    setSaid('');
    try {
      setMeasured(await send<Measured>(`/api/runs/${id}/uncertainty`, { draws, share }));
    } catch (error) {
      setSaid((error as Error).message);
    }
    setBusy(false);
  };
  return (
    <section aria-label="uncertainty" aria-busy={isBusy}>
      <h2>How sure it is</h2>
      <p class="note">
        MC dropout: the test data with the noise on, so many times. What the draws disagree about, the mutual
        information, is what more data could tell; the rest is noise in the data.
      </p>
      <div class="bar">
        <label>
          Draws
          <input
            type="number"
            min="2"
            max="200"
            value={draws}
            onInput={(event) => show({ mc: String(event.currentTarget.valueAsNumber || 2) })}
          />
        </label>
        <label>
          Of the test data
          <select value={share} onChange={(event) => setShare(Number(event.currentTarget.value))}>
            {shares.map((value) => (
              <option key={value} value={value}>
                {value === 1 ? 'all' : `${100 * value} %`}
              </option>
            ))}
          </select>
        </label>
        <button type="button" class="main" disabled={isBusy} onClick={() => void measure()}>
          {isBusy ? 'Measuring…' : 'Measure'}
        </button>
      </div>
      {said && (
        <p class="error" role="alert">
          {said}
        </p>
      )}
      {measured && <Figures {...measured} />}
    </section>
  );
}

// --- internal ---

const prefix = 'mc_';

const isFigure = (value: number | null | undefined): value is number => typeof value === 'number';

function Figures({ metrics, words, draws }: Measured) {
  const names = Object.keys(words);
  const entropy = metrics[`${prefix}predictive_entropy`];
  const information = metrics[`${prefix}mutual_information`];
  return (
    <>
      {isFigure(entropy) && entropy > 0 && isFigure(information) && (
        <figure class="shares">
          <svg
            viewBox="0 0 100 8"
            preserveAspectRatio="none"
            role="img"
            aria-label={`of ${figureText(entropy)} nats of predictive entropy ${figureText(information)} are mutual information`}
          >
            <rect width="100" height="8" fill="var(--series-5)" />
            <rect width={(100 * Math.max(0, information)) / entropy} height="8" fill="var(--series-1)" />
          </svg>
          <figcaption>
            <span>
              <i class="swatch series-1" /> mutual information {figureText(information)} nats,{' '}
              {shortNumber((100 * information) / entropy, undefined, 2)} % of the predictive entropy
            </span>
            <span>
              <i class="swatch series-5" /> expected entropy {figureText(entropy - information)} nats
            </span>
          </figcaption>
        </figure>
      )}
      <Wide label="figures by the test-time rule and by draws">
        <table>
          <thead>
            <tr>
              <th scope="col">figure</th>
              <th scope="col" class="number">
                test-time rule
              </th>
              <th scope="col" class="number">
                {draws} draws
              </th>
            </tr>
          </thead>
          <tbody>
            {names.map((name) => (
              <tr key={name}>
                <th scope="row">{words[name]}</th>
                <td class="number">{figureText(metrics[name])}</td>
                <td class="number">{figureText(metrics[`${prefix}${name}`])}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </Wide>
    </>
  );
}
