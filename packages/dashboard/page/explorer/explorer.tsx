/**
 * The methods from inside: where in a cell the noise of one enters, the masks over time and units as the library's streams draw them, and
 * what test time does; of fast dropout the moments. It computes in the browser, on the library's portable engine.
 */

import { LetheError } from 'lethe';
import { describePlan, dropoutKeys, dropoutMethods, settledDropout } from 'lethe/dropout';
import {
  batch,
  cells,
  type DrawnMask,
  drawnMasks,
  type ExploredCell,
  type LaidMethod,
  laidOn,
} from '../../src/explorer/drawn-masks.ts';
import { testTimeWords } from '../../src/explorer/test-time.ts';
import { show, view } from '../state.ts';
import { Lines, Wide } from '../wide.tsx';
import { CellPicture, siteWords } from './cell-picture.tsx';
import { MaskPicture } from './mask-picture.tsx';
import { MethodSettings } from './method-settings.tsx';
import { MomentsPart } from './moments-part.tsx';

export function Explorer() {
  const { method, cell: givenCell, at, draw, example: givenExample } = view.value;
  const cell: ExploredCell = cells.find((name) => name === givenCell) ?? 'lstm';
  const step = whole(at, 2 ** 31);
  const seed = whole(draw, Number.MAX_SAFE_INTEGER);
  const example = Math.min(batch - 1, whole(givenExample, batch - 1));
  const { laid, masks, error } = looked(method, cell, seed, step, example);
  const [first] = method.split(/[:+]/);
  const known = dropoutMethods();
  return (
    <main>
      <h1>Methods from inside</h1>
      <div class="bar">
        <label>
          Method
          <select
            value={known.includes(first) ? first : ''}
            onChange={(event) => show({ method: usual(event.currentTarget.value) }, { step: true })}
          >
            {!known.includes(first) && <option value="">–</option>}
            {known.map((name) => (
              <option key={name} value={name}>
                {name}
              </option>
            ))}
          </select>
        </label>
        <label>
          Cell
          <select value={cell} onChange={(event) => show({ cell: event.currentTarget.value })}>
            {cells.map((name) => (
              <option key={name} value={name}>
                {name}
              </option>
            ))}
          </select>
        </label>
        <label class="grow">
          In words of --dropout
          <input
            value={method}
            aria-invalid={error !== undefined}
            aria-describedby="method-error"
            onInput={(event) => show({ method: event.currentTarget.value })}
          />
        </label>
      </div>
      {known.includes(first) && !method.includes('+') && (
        <MethodSettings
          words={usual(method)}
          keys={dropoutKeys(first)}
          onChange={(method) => show({ method })}
        />
      )}
      <p id="method-error" class="error" role="status">
        {error ?? ''}
      </p>
      {laid && (
        <>
          <h2>Where the noise enters</h2>
          <Wide label="a step of the layer">
            <CellPicture cell={cell} masks={masks} />
          </Wide>
          <Lines kind="plan" text={laid.plans.map(describePlan).join('\n')} />
          <h2>At test</h2>
          {testTimeWords(laid).map((sentence) => (
            <p key={sentence}>{sentence}</p>
          ))}
          <h2>Masks, as they are drawn</h2>
          {masks.length === 0 ? (
            <p>There is nothing to draw.</p>
          ) : (
            <Masks laid={laid} masks={masks} step={step} seed={seed} example={example} />
          )}
        </>
      )}
      <MomentsPart />
    </main>
  );
}

// --- internal ---

const whole = (text: string, most: number): number =>
  Math.min(most, Math.max(0, Math.floor(Number(text)) || 0));

/** A method with the rates that its name stands for; as it is where it has none, or is not understood. */
function usual(name: string): string {
  try {
    return settledDropout(name);
  } catch {
    return name;
  }
}

function looked(
  method: string,
  cell: ExploredCell,
  seed: number,
  step: number,
  example: number,
): { laid?: LaidMethod; masks: DrawnMask[]; error?: string } {
  try {
    const laid = laidOn(method, cell);
    return { laid, masks: drawnMasks(laid, seed, step, example) };
  } catch (error) {
    if (!(error instanceof LetheError)) throw error;
    return { masks: [], error: error.message };
  }
}

interface MasksProps {
  laid: LaidMethod;
  masks: readonly DrawnMask[];
  step: number;
  seed: number;
  example: number;
}

function Masks({ laid, masks, step, seed, example }: MasksProps) {
  const isDrawn = laid.regularizer.modes.train === 'sample';
  return (
    <>
      <p>
        Dark is dropped, or keeps its previous value; light is kept.
        {!isDrawn &&
          ' This method integrates its noise and draws nothing: these are masks that the same noise would have.'}{' '}
        A mask is a function of seed, training step and place alone: the same on every engine and after every
        interruption.
      </p>
      <div class="bar">
        <label>
          Training step
          <input
            type="number"
            min="0"
            value={step}
            onInput={(event) => show({ at: event.currentTarget.value })}
          />
        </label>
        <button type="button" onClick={() => show({ at: String(step + 1) })}>
          Next step
        </button>
        <label>
          Seed
          <input
            type="number"
            min="0"
            value={seed}
            onInput={(event) => show({ draw: event.currentTarget.value })}
          />
        </label>
        <label>
          Example of the batch
          <input
            type="number"
            min="0"
            max={batch - 1}
            value={example}
            onInput={(event) => show({ example: event.currentTarget.value })}
          />
        </label>
      </div>
      <div class="masks">
        {masks.map((mask) => (
          <MaskPicture key={mask.site} mask={mask} label={`${mask.site}: ${siteWords[mask.site]}`} />
        ))}
      </div>
    </>
  );
}
