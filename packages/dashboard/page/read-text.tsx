/** A text that somebody pastes, and what the model expected of every token of it. */
import { shortNumber } from '@lethe/lab/scales';
import { useState } from 'preact/hooks';
import { hasToken, send } from './server.ts';
import { about } from './state.ts';

/** A line of `lethe predict --json`; one without a token holds the figures of all. */
export interface TokenShown {
  token?: string;
  nll?: number;
  probability?: number;
  rank?: number;
  entropy?: number;
  metrics?: Record<string, number>;
}

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
      setTokens(
        await send<TokenShown[]>(`/api/runs/${id}/predict`, {
          text: text.endsWith('\n') ? text : `${text}\n`,
        }),
      );
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
      <button
        type="button"
        class="main"
        disabled={isBusy || text.trim() === ''}
        onClick={() => void readIt()}
      >
        {isBusy ? 'Reading…' : 'Read it'}
      </button>
      {said && (
        <p class="error" role="alert">
          {said}
        </p>
      )}
      {tokens && <Tokens tokens={tokens} />}
    </section>
  );
}

/** Tokens with the colour of their perplexity; the figures of each on demand. */
export function Tokens({ tokens }: { tokens: readonly TokenShown[] }) {
  const words = tokens.filter((one) => one.token !== undefined && one.nll !== undefined);
  const [chosen, setChosen] = useState<number | undefined>();
  const mean = words.reduce((sum, { nll }) => sum + nll!, 0) / Math.max(1, words.length);
  const one = chosen === undefined ? undefined : words[chosen];
  const isOfCharacters = words.length > 0 && words.every(({ token }) => [...token!].length === 1);
  return (
    <figure>
      <p class={isOfCharacters ? 'tokens dense' : 'tokens'}>
        {words.map(({ token, nll, entropy }, i) => (
          <button
            key={i}
            type="button"
            class={`token heat-${heat(nll!)}`}
            aria-pressed={chosen === i}
            title={`perplexity ${shortNumber(Math.exp(nll!), undefined, 4)}, entropy ${shortNumber(entropy ?? 0, undefined, 3)} nats`}
            onClick={() => setChosen(i)}
          >
            {token}
          </button>
        ))}
      </p>
      <figcaption>
        Perplexity of all: <b>{shortNumber(Math.exp(mean), undefined, 5)}</b> over {words.length} tokens;
        perplexity of a token:{' '}
        {[1, 3, 10, 30, 100, 1000].map((value) => (
          <span key={value} class={`token heat-${heat(Math.log(value))}`}>
            {value}
          </span>
        ))}
      </figcaption>
      {one && (
        <p role="status">
          <b>{one.token}</b>: perplexity {shortNumber(Math.exp(one.nll!), undefined, 5)}, probability{' '}
          {shortNumber(one.probability ?? 0, undefined, 3)}, rank {one.rank}, entropy{' '}
          {shortNumber(one.entropy ?? 0, undefined, 3)} nats
        </p>
      )}
    </figure>
  );
}

// --- internal ---

/** From 0 for what was expected to 6 for a perplexity of 1,000 and more. */
const heat = (nll: number): number => Math.min(6, Math.floor((6 * nll) / Math.log(1000)));
