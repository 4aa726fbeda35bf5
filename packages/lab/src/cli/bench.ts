/** `lethe bench`: how fast full training steps are on this machine. */
import type { Command } from 'commander';
import type { Engine } from 'lethe/engine';
import { type LayerWorkload, layerWorkload, layerWorkloads } from '../bench/layer.ts';
import { smallWorkloads } from '../bench/small.ts';
import type { WorkloadKind } from '../bench/workload.ts';
import { oneOf, UsageError, wholeNumber } from '../common/usage.ts';
import { precisionOf, withEngine } from '../runs/engine.ts';
import { taskKinds } from '../tasks/registry.ts';
import { example } from './help.ts';
import type { Io } from './io.ts';
import { Output } from './output.ts';
import { examplesOf } from './task-options.ts';
import { useThreads } from './threads.ts';

/** The workloads by name, besides those of single layers: small ones, and those of tasks. */
const kinds: Readonly<Record<string, WorkloadKind>> = Object.assign(
  {},
  smallWorkloads,
  ...taskKinds.map(({ workloads }) => workloads),
);
export const workloadNames: readonly string[] = [...layerWorkloads, ...Object.keys(kinds)];

interface BenchOptions {
  workload: string;
  dropout?: string;
  cost?: boolean;
  dtype: 'f32' | 'bf16';
  threads?: number;
  repeats: number;
  json?: boolean;
}

/** Adds `bench` to the command. */
export function addBench(lethe: Command, io: Io): void {
  const command = lethe
    .command('bench')
    .description('measures full training steps (forward, backward, clipping, update), or drawing text')
    .requiredOption('--workload <NAME>', workloadNames.join(', '), oneOf('--workload', workloadNames))
    .option('--dropout <METHOD>', 'of a layer workload: METHOD[:key=value,…][+METHOD…]')
    .option('--cost', 'of a layer workload: every method in turn with the plain layer, and what it costs')
    .option('--dtype <TYPE>', 'f32 or bf16', oneOf('--dtype', ['f32', 'bf16']), 'f32')
    .option('--threads <N>', 'threads (default: LETHE_THREADS, else all cores)', wholeNumber('--threads', 1))
    .option('--repeats <N>', 'measured steps, at least 7', wholeNumber('--repeats', 7), 15)
    .option('--json', 'one JSON document on standard output')
    .action((options: BenchOptions) => run(options, new Output(io, options)));
  example(
    command,
    ...examplesOf('bench'),
    'lethe bench --workload lstm-layer --dropout variational:recurrent=.5',
    'lethe bench --workload gru-layer --cost',
  );
}

// --- internal ---

async function run(options: BenchOptions, output: Output): Promise<void> {
  const { measure } = await import('../bench/measure.ts');
  const engine = await useThreads(options.threads);
  const { workload: name, dropout, repeats } = options;
  if ((dropout !== undefined || options.cost) && !isLayer(name)) {
    throw new UsageError(
      `--dropout and --cost are for ${layerWorkloads.join(', ')}, found --workload ${name}`,
    );
  }
  requirePrecisionOf(options.dtype, engine);
  const common = {
    engine: engine.engine,
    isa: engine.isa,
    dtype: precisionOf(options),
    threads: engine.threads(),
  };
  if (options.cost && isLayer(name)) return cost(name, repeats, common, output);
  const workload = isLayer(name) ? layerWorkload(name, dropout) : kinds[name].make();
  const { ms, peakRssMb } = withEngine(options, () => measure(() => void workload.step(), { repeats }));
  const result = {
    workload: name,
    ...(isLayer(name) ? { dropout: dropout ?? 'none' } : {}),
    ...common,
    ms: rounded(ms, 3),
    steps_per_s: rounded(1000 / ms, 3),
    peak_rss_mb: rounded(peakRssMb, 1),
  };
  output.event(result);
  output.table(
    Object.entries(result).map(([key, value]) => [key, String(value)]),
    { align: 'lr' },
  );
}

const isLayer = (name: string): name is LayerWorkload => (layerWorkloads as readonly string[]).includes(name);

/** Throws UsageError where this processor has no bf16. */
function requirePrecisionOf(dtype: BenchOptions['dtype'], engine: Engine): void {
  if (dtype !== 'bf16' || engine.hasBf16()) return;
  throw new UsageError(
    `--dtype bf16 needs a processor with AVX512-BF16, found the ${engine.engine} engine with ${engine.isa}`,
  );
}

/** Every method in turn with the plain layer, in one process: the cost is a ratio of medians. */
async function cost(
  name: LayerWorkload,
  repeats: number,
  common: Record<string, unknown>,
  output: Output,
): Promise<void> {
  const { methodCosts } = await import('../bench/cost.ts');
  const methods = methodCosts(name, repeats, (method) => output.notice(method));
  output.event({ workload: name, ...common, methods });
  output.table(
    methods.map(({ dropout, ms, plain_ms, ratio }) => [
      dropout,
      ms.toFixed(1),
      plain_ms.toFixed(1),
      ratio.toFixed(2),
    ]),
    { header: ['method', 'ms', 'plain ms', 'cost'], align: 'lrrr' },
  );
}

function rounded(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}
