/**
 * Masks of seed 42, on whatever engine is active. Resumed runs and printed results depend on these numbers: they
 * may change in a major version only. Origin: this library, version 0.1.0, with the portable engine; the native
 * one draws the same.
 */
import { expect, it } from 'vitest';
import type { Mask } from '../kernels/contract/fields.ts';
import { NoiseStream } from '../random/stream.ts';
import { drawMask, drawZoneout } from './masks.ts';
import type { NoiseEntry, Regularizer } from './noise.ts';
import { noiseEntry } from './noise-entry.ts';
import { dropoutPlan } from './plan.ts';

const step = { interval: 'step' } as const;
const sequence = { interval: 'sequence' } as const;
const batch = { examples: 'batch' } as const;
const zoneout = { site: 'hidden', kind: 'zoneout' } as const;
const zonedCell = { site: 'cell', kind: 'zoneout' } as const;
const gaussian = { site: 'recurrent', kind: 'gaussian' } as const;
const words = { site: 'embedding', ...sequence } as const;
const weight = { site: 'weight', ...sequence } as const;

/** Settings of a mask at rate 0.25 for 5 steps, 3 examples, 16 features or 4 x 4 weights; its first 8 elements. */
const masks: [Partial<NoiseEntry> & Pick<NoiseEntry, 'site'>, number[], number][] = [
  [{ site: 'input', ...step }, [0, 1, 1, 1, 1, 0, 1, 1], 21801],
  [{ site: 'input', ...step, gates: 'untied' }, [0, 1, 1, 1, 1, 0, 1, 1], 350912],
  [{ site: 'input', ...step, ...batch }, [0, 1, 1, 1, 1, 0, 1, 1], 2124],
  [{ site: 'input', ...step, ...batch, gates: 'untied' }, [0, 1, 1, 1, 1, 0, 1, 1], 38796],
  [{ site: 'input', ...sequence }, [0, 1, 1, 1, 1, 0, 1, 1], 637],
  [{ site: 'input', ...sequence, gates: 'untied' }, [0, 1, 1, 1, 1, 0, 1, 1], 13301],
  [{ site: 'input', ...sequence, ...batch }, [0, 1, 1, 1, 1, 0, 1, 1], 106],
  [{ site: 'input', ...sequence, ...batch, gates: 'untied' }, [0, 1, 1, 1, 1, 0, 1, 1], 1258],
  [{ ...zoneout, ...step }, [0, 0, 1, 0, 1, 0, 0, 0], 7812],
  [{ ...zoneout, ...step, ...batch }, [0, 0, 1, 0, 1, 0, 0, 0], 1030],
  [{ ...zoneout, ...sequence }, [0, 0, 1, 0, 1, 0, 0, 0], 332],
  [{ ...zoneout, ...sequence, ...batch }, [0, 0, 1, 0, 1, 0, 0, 0], 44],
  [{ ...zonedCell, ...step }, [0, 1, 0, 0, 0, 0, 1, 0], 5003],
  [{ ...zonedCell, ...step, ...batch }, [0, 1, 0, 0, 0, 0, 1, 0], 816],
  [{ ...zonedCell, ...sequence }, [0, 1, 0, 0, 0, 0, 1, 0], 360],
  [{ ...zonedCell, ...sequence, ...batch }, [0, 1, 0, 0, 0, 0, 1, 0], 54],
  [{ ...gaussian, ...step }, [-0.112, 1.0489, 0.0093, -0.1318, -0.1011, 0.9733, 0.7544, 1.4466], 26886.3907],
  [
    { ...gaussian, ...step, ...batch },
    [-0.112, 1.0489, 0.0093, -0.1318, -0.1011, 0.9733, 0.7544, 1.4466],
    3282.7826,
  ],
  [
    { ...gaussian, ...sequence },
    [-0.112, 1.0489, 0.0093, -0.1318, -0.1011, 0.9733, 0.7544, 1.4466],
    999.4684,
  ],
  [
    { ...gaussian, ...sequence, ...batch },
    [-0.112, 1.0489, 0.0093, -0.1318, -0.1011, 0.9733, 0.7544, 1.4466],
    121.434,
  ],
  [
    { ...gaussian, gates: 'untied' },
    [-0.112, 1.0489, 0.0093, -0.1318, -0.1011, 0.9733, 0.7544, 1.4466],
    443998.8596,
  ],
  [{ site: 'recurrent' }, [0, 1, 0, 1, 0, 1, 1, 1], 22520],
  [{ site: 'update' }, [1, 1, 1, 1, 1, 1, 1, 1], 20508],
  [{ site: 'cell' }, [1, 0, 1, 1, 1, 1, 0, 1], 23917],
  [{ site: 'output' }, [1, 1, 1, 1, 1, 1, 1, 1], 21517],
  [{ site: 'recurrent', scaling: 'inverted' }, [0, 1.3333, 0, 1.3333, 0, 1.3333, 1.3333, 1.3333], 30026.6667],
  [{ ...words }, [1, 1, 1, 1, 1, 1, 1, 0], 811],
  [{ ...words, ...batch }, [1, 1, 1, 1, 1, 1, 1, 0], 113],
  [{ ...weight }, [1, 1, 1, 1, 1, 1, 1, 1], 1070],
  [{ ...weight, weights: 'column' }, [1, 1, 1, 1, 1, 1, 1, 1], 1176],
  [{ ...weight, ...batch }, [1, 1, 1, 1, 1, 1, 1, 1], 136],
  [{ ...weight, ...batch, weights: 'column' }, [1, 1, 1, 1, 1, 1, 1, 1], 136],
  [{ ...weight, ...batch, site: 'weightIn' }, [0, 1, 1, 1, 0, 1, 1, 1], 97],
];

it.each(masks)('the mask of %o is as ever', (settings, first, checksum) => {
  const { data } = draw(settings);
  for (const [i, value] of first.entries()) expect(data[i]).toBeCloseTo(value, 3);
  // the sum of i times element i, counted from 1: whole for zeros and ones
  const sum = Array.from(data).reduce((total: number, value: number, i) => total + (i + 1) * value, 0);
  if (Number.isInteger(checksum)) expect(sum).toBe(checksum);
  else expect(sum / checksum).toBeCloseTo(1, 5);
});

function draw(settings: Partial<NoiseEntry> & Pick<NoiseEntry, 'site'>): Mask {
  const scaling = settings.kind === 'gaussian' ? 'inverted' : 'paper';
  const noise = noiseEntry({ rate: 0.25, scaling, ...settings });
  const regularizer: Regularizer = {
    name: 'by hand',
    reference: 'a test',
    noise: [noise],
    modes: { train: 'sample', test: 'mean' },
  };
  const { site } = noise;
  const planned = dropoutPlan(regularizer, { cell: site === 'embedding' ? 'embedding' : 'lstm', layer: 2 });
  const stream = new NoiseStream(42, 7);
  const axes = { steps: 5, batch: 3, width: 16, columns: 4 };
  if (noise.kind === 'zoneout') return drawZoneout(planned, site as 'hidden' | 'cell', stream, axes)!;
  return drawMask(planned, site as Exclude<typeof site, 'hidden'>, stream, axes)!;
}
