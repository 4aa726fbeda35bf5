/** What every method costs: its training step in turn with the plain layer's, so that a drifting machine drifts for both. */
import { costMethods, type LayerBenchSizes, type LayerWorkload, layerWorkload } from './layer.ts';
import { median } from './measure.ts';

/** One line of the table. */
export interface MethodCost {
  dropout: string;
  /** median milliseconds of a step */
  ms: number;
  /** of the plain layer, measured in turn */
  plain_ms: number;
  ratio: number;
}

/**
 * Measures the methods that the cell honours.
 * @param told each method before it is measured
 */
export function methodCosts(
  name: LayerWorkload,
  repeats: number,
  told: (method: string) => void = () => {},
  sizes: LayerBenchSizes = {},
): MethodCost[] {
  return methodsOf(name).map((dropout) => {
    told(dropout);
    const [plain, workload] = [layerWorkload(name, 'none', sizes), layerWorkload(name, dropout, sizes)];
    const times = { plain: [] as number[], method: [] as number[] };
    for (let i = 0; i < repeats + warmUp; i++) {
      const [a, b] = [timed(plain.step), timed(workload.step)];
      if (i < warmUp) continue;
      times.plain.push(a);
      times.method.push(b);
    }
    const [ms, plainMs] = [median(times.method), median(times.plain)];
    return { dropout, ms, plain_ms: plainMs, ratio: ms / plainMs };
  });
}

/** The methods of the table that a cell has places for. */
export function methodsOf(name: LayerWorkload): string[] {
  return costMethods.filter((method) => {
    if (name !== 'lstm-layer' && method.includes('zoneout') && method.includes('cell=')) return false;
    return name !== 'rnn-layer' || !/semeniuta|untied/.test(method);
  });
}

// --- internal ---

const warmUp = 3;

function timed(step: () => unknown): number {
  const begin = performance.now();
  step();
  return performance.now() - begin;
}
