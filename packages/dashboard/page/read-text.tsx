/** A text that somebody pastes, and what the model expected of every word of it. */
import { shortNumber } from '@lethe/lab/scales';
import { useState } from 'preact/hooks';
import {
  areLetters,
  type Reading,
  readable,
  readings,
  type TokenShown,
  wordsOf,
} from '../src/shared/tokens.ts';
import { Chart, type Line } from './chart.tsx';
import { Legend } from './legend.tsx';
import { hasToken, send } from './server.ts';
import { about, show, view } from './state.ts';

/** What is asked of the server for a text: with draws of the noise where there are to be some. */
export const reading = (text: string): object => {
  const draws = Math.round(Number(view.value.mc));
  return { text: text.endsWith('\n') ? text : `${text}\n`, ...(draws >= 2 && { mc: Math.min(100, draws) }) };
};

export function Words({ id }: { id: string }) {
  const [text, setText] = useState('');
  const [tokens, setTokens] = useState<readonly TokenShown[] | undefined>();
  const [said, setSaid] = useState('');
  const [isBusy, setBusy] = useState(false);
  if (about.value.readOnly || !hasToken()) return null;
  const readIt = async (): Promise<void> => {
    setBusy(true);
    setSaid('');
    try {
      setTokens(await send<TokenShown[]>(`/api/runs/${id}/predict`, reading(text)));
    } catch (error) {
      setSaid((error as Error).message);
    }
    setBusy(false);
  };
  return (
    <section aria-label="read a text" aria-busy={isBusy}>
      <h2>Read a text</h2>
      <label class="block">
        A text: every word is coloured by its perplexity
        <textarea rows={4} value={text} onInput={(event) => setText(event.currentTarget.value)} />
      </label>
      <div class="bar">
        <button
          type="button"
          class="main"
          disabled={isBusy || text.trim() === ''}
          onClick={() => void readIt()}
        >
          {isBusy ? 'Reading…' : 'Read it'}
        </button>
        <Draws />
      </div>
      {said && (
        <p class="error" role="alert">
          {said}
        </p>
      )}
      {tokens && <Tokens tokens={tokens} />}
    </section>
  );
}

/** Tokens, or the words that they make, in the colour of a figure of theirs; the figures of each on demand, and along the text. */
export function Tokens({ tokens }: { tokens: readonly TokenShown[] }) {
  const [chosen, setChosen] = useState<number | undefined>();
  const all = readings(tokens);
  const isOfLetters = areLetters(all);
  const isByLetter = isOfLetters && view.value.unit === 'letter';
  const shown = isOfLetters && !isByLetter ? wordsOf(all) : all;
  const hasDraws = all.length > 0 && all.every(({ information }) => information !== undefined);
  const figure = figures.find(({ key }) => key === view.value.heat && (key !== 'information' || hasDraws));
  const { key, level, legend, words } = figure ?? figures[0];
  const mean = all.reduce((sum, { nll }) => sum + nll, 0) / Math.max(1, all.length);
  const one = chosen === undefined ? undefined : shown[chosen];
  const unknown = all.filter(({ text }) => text === '<unk>').length;
  const readableAt = (i: number) => readable(shown[i].text, shown[i - 1]?.text);
  return (
    <figure>
      <div class="bar">
        <label>
          Colour
          <select value={key} onChange={(event) => show({ heat: event.currentTarget.value })}>
            {figures
              .filter(({ key }) => key !== 'information' || hasDraws)
              .map(({ key, words }) => (
                <option key={key} value={key}>
                  {words}
                </option>
              ))}
          </select>
        </label>
        {isOfLetters && (
          <label>
            of every
            <select
              value={isByLetter ? 'letter' : 'word'}
              onChange={(event) => {
                setChosen(undefined);
                show({ unit: event.currentTarget.value });
              }}
            >
              <option value="word">word</option>
              <option value="letter">letter</option>
            </select>
          </label>
        )}
      </div>
      <p class={isOfLetters ? 'tokens dense' : 'tokens'}>
        {shown.map((reading, i) => (
          <button
            key={i}
            type="button"
            class={`token heat-${level(reading)}${readableAt(i).isJoined ? ' joined' : ''}`}
            aria-pressed={chosen === i}
            title={title(reading)}
            onClick={() => setChosen(i)}
          >
            {readableAt(i).text}
          </button>
        ))}
      </p>
      <figcaption>
        <span>
          Perplexity of all: <b>{shortNumber(Math.exp(mean), undefined, 5)}</b> over {all.length} tokens, all
          but the first{unknown > 0 && <>, {unknown} of them not in the vocabulary</>}; {words}:{' '}
          {legend.map(([label, reading]) => (
            <span key={label} class={`token heat-${level(reading)}`}>
              {label}
            </span>
          ))}
        </span>
      </figcaption>
      {one && (
        <p role="status">
          <b>{readableAt(chosen!).text}</b>: {title(one)}
        </p>
      )}
      <Along readings={shown} unit={isOfLetters && !isByLetter ? 'word' : 'token'} />
    </figure>
  );
}

// --- internal ---

/** Draws of the noise for the uncertainty of every token. */
function Draws() {
  return (
    <label title="averages the probabilities of so many draws of the noise; empty: the test-time rule">
      MC draws
      <input
        type="number"
        min="2"
        max="100"
        placeholder="none"
        value={view.value.mc}
        onInput={(event) => show({ mc: event.currentTarget.value })}
      />
    </label>
  );
}

/** The figures along the text. */
function Along({ readings, unit }: { readings: readonly Reading[]; unit: string }) {
  if (readings.length < 2) return null;
  const x = readings.map((_, i) => i + 1);
  const line = (name: string, colour: number, of: (one: Reading) => number | undefined): Line => ({
    ...{ name, colour, x },
    y: readings.map((one) => of(one) ?? null),
  });
  const lines = [
    line('surprise, −ln p', 0, ({ nll }) => nll),
    line('entropy', 1, ({ entropy }) => entropy),
    ...(readings.every(({ information }) => information !== undefined)
      ? [line('mutual information', 2, ({ information }) => information)]
      : []),
  ];
  return (
    <>
      <Chart
        title="Along the text"
        x={`${unit}, from the beginning`}
        y="nats"
        lines={lines}
        range={[0, 1]}
        whole
        height={220}
      />
      <Legend lines={lines} />
    </>
  );
}

const title = ({ nll, tokens, rank, entropy, information }: Reading): string =>
  [
    `perplexity ${shortNumber(Math.exp(nll), undefined, 4)}`,
    `probability ${shortNumber(Math.exp(-nll), undefined, 3)}`,
    ...(rank === undefined ? [] : [`rank ${rank}`]),
    `entropy ${shortNumber(entropy, undefined, 3)} nats`,
    ...(information === undefined
      ? []
      : [`mutual information ${shortNumber(information, undefined, 3)} nats`]),
    ...(tokens > 1 ? [`${tokens} letters`] : []),
  ].join(', ');

/** A step of seven between 0 and the most that has a colour of its own. */
const step = (value: number, most: number): number =>
  Math.max(0, Math.min(6, Math.floor((6.001 * value) / most)));

interface Heat {
  key: string;
  words: string;
  level(reading: Pick<Reading, 'nll' | 'entropy' | 'information'>): number;
  legend: readonly (readonly [string, Pick<Reading, 'nll' | 'entropy' | 'information'>])[];
}

const perplexities = [1, 3, 10, 30, 100, 1000];
const nats = [0, 1, 2, 4, 6];
const shares = [0, 0.02, 0.05, 0.1, 0.2];

const figures: readonly Heat[] = [
  {
    key: 'perplexity',
    words: 'perplexity',
    level: ({ nll }) => step(nll, Math.log(1000)),
    legend: perplexities.map((value) => [String(value), { nll: Math.log(value), entropy: 0 }]),
  },
  {
    key: 'entropy',
    words: 'entropy (nats)',
    level: ({ entropy }) => step(entropy, 6),
    legend: nats.map((value) => [String(value), { nll: 0, entropy: value }]),
  },
  {
    key: 'information',
    words: 'mutual information (nats)',
    level: ({ information = 0 }) => step(information, 0.2),
    legend: shares.map((value) => [String(value), { nll: 0, entropy: 0, information: value }]),
  },
];
