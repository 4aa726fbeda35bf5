/** Something made with the best weights while one looks: a piece that can be heard, or a text with its uncertainty. */
import { useState } from 'preact/hooks';
import type { TaskOptionShown } from '../src/shared/api.ts';
import type { TokenShown } from '../src/shared/tokens.ts';
import { OriginalPiece } from './original-piece.tsx';
import { Piece } from './piece.tsx';
import { reading, Tokens } from './read-text.tsx';
import { hasToken, send } from './server.ts';
import { about, show, view } from './state.ts';

interface Made {
  event: { frames?: number[][]; primed?: number; text?: string };
  file: { name: string; base64: string };
}

export function Make({
  id,
  options,
  name,
}: {
  id: string;
  options: readonly TaskOptionShown[];
  name: string;
}) {
  const { temperature } = view.value;
  const [seed, setSeed] = useState(1);
  const [length, setLength] = useState(100);
  const [given, setGiven] = useState<Record<string, string>>({});
  const [made, setMade] = useState<Made | undefined>();
  const [tokens, setTokens] = useState<readonly TokenShown[] | undefined>();
  const [said, setSaid] = useState('');
  const [isBusy, setBusy] = useState(false);
  if (about.value.readOnly || !hasToken()) return null;
  const make = async (next: { seed?: number; temperature?: string } = {}): Promise<void> => {
    setBusy(true);
    setSaid('');
    try {
      const filled = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== ''));
      const result = await send<Made>(`/api/runs/${id}/sample`, {
        seed: next.seed ?? seed,
        length,
        temperature: Number(next.temperature ?? temperature),
        options: filled,
      });
      setMade(result);
      setTokens(undefined);
      const { text } = result.event;
      if (text !== undefined && text.trim() !== '')
        setTokens(await send<TokenShown[]>(`/api/runs/${id}/predict`, reading(text)));
    } catch (error) {
      setSaid((error as Error).message);
    }
    setBusy(false);
  };
  const hasOriginals = options.some(({ name }) => name === 'original');
  const texts = options.filter(({ name, takesValue }) => takesValue && name !== 'original');
  return (
    <section aria-label="sample" aria-busy={isBusy}>
      <h2>Sample, now</h2>
      <div class="bar">
        <label>
          Temperature
          <input
            type="range"
            min="0.3"
            max="2"
            step="0.05"
            value={temperature}
            onInput={(event) => show({ temperature: event.currentTarget.value })}
            onChange={(event) => void make({ temperature: event.currentTarget.value })}
          />
          <output>{Number(temperature).toFixed(2)}</output>
        </label>
        <label>
          Length
          <input
            type="number"
            min="1"
            max="2000"
            value={length}
            onInput={(event) => setLength(event.currentTarget.valueAsNumber || 1)}
          />
        </label>
        <label>
          Seed
          <input
            type="number"
            min="0"
            value={seed}
            onInput={(event) => setSeed(event.currentTarget.valueAsNumber || 0)}
          />
        </label>
        <button type="button" class="main" disabled={isBusy} onClick={() => void make()}>
          {isBusy ? 'Making…' : 'Make one'}
        </button>
        <button
          type="button"
          disabled={isBusy}
          onClick={() => {
            setSeed(seed + 1);
            void make({ seed: seed + 1 });
          }}
        >
          Another
        </button>
      </div>
      <details>
        <summary>more settings</summary>
        <div class="bar">
          {texts.map(({ name, description }) => (
            <label key={name} title={description}>
              {name}
              <input
                value={given[name] ?? ''}
                onInput={(event) => setGiven({ ...given, [name]: event.currentTarget.value })}
              />
            </label>
          ))}
        </div>
      </details>
      {said && (
        <p class="error" role="alert">
          {said}
        </p>
      )}
      {made?.event.frames && (
        <Piece
          frames={made.event.frames}
          given={made.event.primed ?? 0}
          name={name}
          file={made.file.base64}
        />
      )}
      {made?.event.text !== undefined &&
        (tokens ? <Tokens tokens={tokens} /> : <pre class="text">{made.event.text}</pre>)}
      {hasOriginals && <OriginalPiece id={id} length={length} />}
    </section>
  );
}
