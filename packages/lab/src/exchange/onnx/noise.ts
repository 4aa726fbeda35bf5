/** What acts at the sites of a network in its graph: constants of the test-time rule, or masks that whoever runs the graph draws. */
import { ConfigError } from 'lethe';
import { type NoiseEntry, type NoiseSite, type Plan, rateAt } from 'lethe/dropout';
import type { Dim, Graph } from './graph.ts';

/** Factors at one site. */
export type Factor =
  | { kind: 'constant'; value: number }
  /** `gates` of them stand in front where each gate has its own; `time` is 1 or the steps, `batch` likewise */
  | { kind: 'input'; name: string; perStep: boolean; gates: number };

/** How noise is told: by its expectation, or by masks as inputs. */
export type NoiseForm = 'mean' | 'masks';

/** What the inputs of masks are for, by name. */
export type MaskList = Record<string, MaskInput>;

/** How a mask is drawn. */
export interface MaskInput {
  shape: readonly Dim[];
  /** each as a sentence of the method has it */
  entries: readonly Pick<NoiseEntry, 'kind' | 'rate' | 'interval' | 'examples' | 'scaling' | 'weights'>[];
}

/** Sites by the names of their factors, and what is zoneout there. */
export interface SiteOptions {
  /** features, or the shape of weights */
  width: readonly number[];
  /** gates with masks of their own, where the entry says so. @defaultValue 1 */
  gates?: number;
  /** 1 keeps the previous value, instead of what is dropped being 0. @defaultValue false */
  zoneout?: boolean;
}

/** Makes the factors of a graph. */
export interface Factors {
  /** undefined where nothing acts */
  at(plan: Plan, site: NoiseSite, suffix: string, options: SiteOptions): Factor | undefined;
  readonly masks: MaskList;
}

/**
 * Factors of the sites of all plans, in the form that was asked for; inputs are made in `graph`.
 * @param trained training steps done: what rates that move are at; absent: those that training ends with
 */
export function factors(graph: Graph, form: NoiseForm, trained?: number): Factors {
  const masks: MaskList = {};
  return {
    masks,
    at(plan, site, suffix, options) {
      const { zoneout = false } = options;
      const entries = plan.entries
        .map(({ noise }) => ({ ...noise, rate: rateAt(noise, trained) }))
        .filter((noise) => noise.site === site && (noise.kind === 'zoneout') === zoneout);
      if (entries.length === 0) return undefined;
      if (form === 'mean') {
        const value = zoneout ? entries[0].rate : meanOf(entries);
        return zoneout || value !== 1 ? { kind: 'constant', value } : undefined;
      }
      const name = `mask_${zoneout ? 'zoneout_' : ''}${site.toLowerCase()}${suffix}`;
      const { shape, ...factor } = shapeOf(entries, site, options);
      masks[name] = { shape, entries: entries.map(told) };
      graph.input(name, 'float', shape, aboutMask(entries, zoneout));
      return { kind: 'input', name, ...factor };
    },
  };
}

/** A factor as a value of the graph. */
export function factorName(graph: Graph, factor: Factor): string {
  return factor.kind === 'input' ? factor.name : graph.number(factor.value);
}

// --- internal ---

/** The test-time rule: keep rates where the scaling is the paper's. */
function meanOf(entries: readonly NoiseEntry[]): number {
  const scaled = entries.filter(({ kind, scaling }) => kind === 'drop' && scaling === 'paper');
  return scaled.reduce((product, { rate }) => product * (1 - rate), 1);
}

const told = ({ kind, rate, interval, examples, scaling, weights }: NoiseEntry) => ({
  ...{ kind, rate, interval, examples, scaling },
  ...(weights === 'column' && { weights }),
});

function shapeOf(
  entries: readonly NoiseEntry[],
  site: NoiseSite,
  { width, gates = 1 }: SiteOptions,
): { shape: Dim[]; perStep: boolean; gates: number } {
  const each = entries.some(({ examples }) => examples === 'each');
  if (site === 'weight' || site === 'weightIn') {
    if (each) {
      throw new ConfigError(
        `expected masks of weights that the batch shares, found a method with its own for every example; export it without masks`,
      );
    }
    return { shape: [...width], perStep: false, gates: 1 };
  }
  if (site === 'embedding') return { shape: [each ? 'batch' : 1, ...width], perStep: false, gates: 1 };
  const perStep = entries.some(({ interval }) => interval === 'step');
  const own = entries.some((entry) => entry.gates === 'untied') ? gates : 1;
  const shape: Dim[] = [perStep ? 'time' : 1, each ? 'batch' : 1, ...width];
  return { shape: own > 1 ? [own, ...shape] : shape, perStep, gates: own };
}

function aboutMask(entries: readonly NoiseEntry[], zoneout: boolean): string {
  return entries
    .map(({ kind, rate, scaling, interval, weights }) => {
      const kept = scaling === 'paper' ? '1' : `1 / ${1 - rate}`;
      const values =
        kind === 'gaussian'
          ? `normal, mean 1, variance ${rate} / ${1 - rate}`
          : zoneout
            ? `1 (keep the previous value) with probability ${rate}, else 0`
            : `0 with probability ${rate}, else ${kept}`;
      const each = weights === 'column' ? ' for each column' : '';
      return `${values}, drawn once per ${interval}${each}; ones switch it off`.replace(
        zoneout ? 'ones switch' : '\0',
        zoneout ? 'zeros switch' : '\0',
      );
    })
    .join('; times ');
}
