/** `lethe bench`: how fast full training steps are on this machine. */
import type { Command } from 'commander';
import type { Engine } from 'lethe/engine';
import type { LayerWorkload } from '../bench/layer.ts';
import { example } from './help.ts';
import type { Io } from './io.ts';
import { Output } from './output.ts';
import { useThreads } from './threads.ts';
import { oneOf, UsageError, wholeNumber } from './usage.ts';

/** The workloads by name. */
export const workloadNames = [
  'music-plain',
  'music-fast',
  'rnn-layer',
  'lstm-layer',
  'gru-layer',
  'lm-small-naive',
  'lm-medium-naive',
  'lm-medium-variational',
  'lm-awd',
  'sample-lstm',
] as const;

interface BenchOptions {
  workload: (typeof workloadNames)[number];
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
    .option('--dtype <TYPE>', 'f32, or bf16 of gated cells', oneOf('--dtype', ['f32', 'bf16']), 'f32')
    .option('--threads <N>', 'threads (default: LETHE_THREADS, else all cores)', wholeNumber('--threads', 1))
    .option('--repeats <N>', 'measured steps, at least 7', wholeNumber('--repeats', 7), 15)
    .option('--json', 'one JSON document on standard output')
    .action((options: BenchOptions) => run(options, new Output(io, options)));
  example(
    command,
    'lethe bench --workload music-fast --threads 2 --json',
    'lethe bench --workload lstm-layer --dropout variational:recurrent=.5',
    'lethe bench --workload gru-layer --cost',
    'lethe bench --workload lm-awd --dtype bf16',
  );
}

// --- internal ---

async function run(options: BenchOptions, output: Output): Promise<void> {
  const { dtype } = await import('lethe/engine');
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
  usePrecisionOf(name, options.dtype, engine);
  const precision = options.dtype === 'f32' ? dtype : options.dtype;
  const common = { engine: engine.engine, isa: engine.isa, dtype: precision, threads: engine.threads() };
  if (options.cost && isLayer(name)) return cost(name, repeats, common, output);
  const { musicWorkload } = await import('../bench/music.ts');
  const { lmWorkload, lmWorkloads } = await import('../bench/lm.ts');
  const isLm = (one: string): one is (typeof lmWorkloads)[number] =>
    (lmWorkloads as readonly string[]).includes(one);
  const workload = isLayer(name)
    ? layerWorkload(name, dropout)
    : isLm(name)
      ? lmWorkload(name)
      : musicWorkload(name);
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

/** Throws UsageError where a workload or this processor has no bf16. */
function usePrecisionOf(name: string, dtype: BenchOptions['dtype'], engine: Engine): void {
  if (dtype === 'bf16' && /^(music|rnn)-/.test(name)) {
    throw new UsageError(`--dtype bf16 is for workloads of LSTM and GRU, found --workload ${name}`);
  }
  if (engine.setPrecision(dtype === 'bf16')) return;
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
