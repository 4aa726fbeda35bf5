/** `lethe bench`: how fast full training steps are on this machine. */
import type { Command } from 'commander';
import type { LayerWorkload } from '../bench/layer.ts';
import { example } from './help.ts';
import type { Io } from './io.ts';
import { Output } from './output.ts';
import { useThreads } from './threads.ts';
import { oneOf, UsageError, wholeNumber } from './usage.ts';

/** The workloads by name. */
export const workloadNames = ['music-plain', 'music-fast', 'rnn-layer', 'lstm-layer', 'gru-layer'] as const;

interface BenchOptions {
  workload: (typeof workloadNames)[number];
  dropout?: string;
  cost?: boolean;
  threads?: number;
  repeats: number;
  json?: boolean;
}

/** Adds `bench` to the command. */
export function addBench(lethe: Command, io: Io): void {
  const command = lethe
    .command('bench')
    .description('measures full training steps: forward, backward, clipping, update')
    .requiredOption('--workload <NAME>', workloadNames.join(', '), oneOf('--workload', workloadNames))
    .option('--dropout <METHOD>', 'of a layer workload: METHOD[:key=value,…][+METHOD…]')
    .option('--cost', 'of a layer workload: every method in turn with the plain layer, and what it costs')
    .option('--threads <N>', 'threads (default: LETHE_THREADS, else all cores)', wholeNumber('--threads', 1))
    .option('--repeats <N>', 'measured steps, at least 7', wholeNumber('--repeats', 7), 15)
    .option('--json', 'one JSON document on standard output')
    .action((options: BenchOptions) => run(options, new Output(io, options)));
  example(
    command,
    'lethe bench --workload music-fast --threads 2 --json',
    'lethe bench --workload lstm-layer --dropout variational:recurrent=.5',
    'lethe bench --workload gru-layer --cost',
  );
}

// --- internal ---

async function run(options: BenchOptions, output: Output): Promise<void> {
  const { dtype } = await import('lethe/internal');
  const { measure } = await import('../bench/measure.ts');
  const { layerWorkload, layerWorkloads } = await import('../bench/layer.ts');
  const engine = await useThreads(options.threads);
  const isLayer = (name: string): name is (typeof layerWorkloads)[number] =>
    (layerWorkloads as readonly string[]).includes(name);
  const { workload: name, dropout, repeats } = options;
  if ((dropout !== undefined || options.cost) && !isLayer(name)) {
    throw new UsageError(
      `--dropout and --cost are for ${layerWorkloads.join(', ')}, found --workload ${name}`,
    );
  }
  const common = { engine: engine.engine, isa: engine.isa, dtype, threads: engine.threads() };
  if (options.cost && isLayer(name)) return cost(name, repeats, common, output);
  const { musicWorkload } = await import('../bench/music.ts');
  const workload = isLayer(name) ? layerWorkload(name, dropout) : musicWorkload(name);
  const { ms, peakRssMb } = measure(() => void workload.step(), { repeats });
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
