/** A piece of the data of a run, to be seen and heard beside one that the run made. */
import { useState } from 'preact/hooks';
import { Piece } from './piece.tsx';
import { send } from './server.ts';

interface Original {
  event: { frames: number[][]; split: string; original: number; pieces: number; steps: number };
  file: { base64: string };
}

export function OriginalPiece({ id, length }: { id: string; length: number }) {
  const [split, setSplit] = useState('test');
  const [number, setNumber] = useState(0);
  const [found, setFound] = useState<Original | undefined>();
  const [said, setSaid] = useState('');
  const [isBusy, setBusy] = useState(false);
  const show = async (next = number): Promise<void> => {
    setBusy(true);
    setSaid('');
    setNumber(next);
    try {
      const options = { original: String(next), split };
      setFound(await send<Original>(`/api/runs/${id}/sample`, { length, options }));
    } catch (error) {
      setSaid((error as Error).message);
    }
    setBusy(false);
  };
  const event = found?.event;
  return (
    <section aria-label="data" aria-busy={isBusy}>
      <h3>Beside it, the data</h3>
      <div class="bar">
        <label>
          Split
          <select value={split} onChange={(change) => setSplit(change.currentTarget.value)}>
            {['train', 'valid', 'test'].map((name) => (
              <option key={name}>{name}</option>
            ))}
          </select>
        </label>
        <label>
          Piece
          <input
            type="number"
            min="0"
            value={number}
            onInput={(change) => setNumber(Math.max(0, Math.floor(change.currentTarget.valueAsNumber || 0)))}
          />
        </label>
        <button type="button" disabled={isBusy} onClick={() => void show()}>
          {isBusy ? 'Reading…' : 'Show it'}
        </button>
        <button
          type="button"
          disabled={isBusy || !event}
          onClick={() => void show((number + 1) % event!.pieces)}
        >
          Next piece
        </button>
      </div>
      {said && (
        <p class="error" role="alert">
          {said}
        </p>
      )}
      {event && (
        <>
          <p>
            Piece {event.original} of the {event.pieces} of {event.split}, {event.frames.length} of{' '}
            {event.steps} time steps.
          </p>
          <Piece
            frames={event.frames}
            given={0}
            name={`${event.split}-${event.original}`}
            file={found.file.base64}
            what="piano roll of the data"
          />
        </>
      )}
    </section>
  );
}
