/** `lethe bench`: how fast full training steps are on this machine. */
import type { Command } from 'commander';
import { example } from './help.ts';
import type { Io } from './io.ts';
import { Output } from './output.ts';
import { useThreads } from './threads.ts';
import { oneOf, wholeNumber } from './usage.ts';

/** The workloads by name. */
export const workloadNames = ['music-plain', 'music-fast'] as const;

interface BenchOptions {
  workload: (typeof workloadNames)[number];
  threads?: number;
  repeats: number;
  json?: boolean;
}

/** Adds `bench` to the command. */
export function addBench(lethe: Command, io: Io): void {
  const command = lethe
    .command('bench')
    .description('measures full training steps: forward, backward, clipping, update')
    .requiredOption('--workload <NAME>', workloadNames.join(' or '), oneOf('--workload', workloadNames))
    .option('--threads <N>', 'threads (default: LETHE_THREADS, else all cores)', wholeNumber('--threads', 1))
    .option('--repeats <N>', 'measured steps, at least 7', wholeNumber('--repeats', 7), 15)
    .option('--json', 'one JSON document on standard output')
    .action((options: BenchOptions) => run(options, new Output(io, options)));
  example(command, 'lethe bench --workload music-fast --threads 2 --json');
}

// --- internal ---

async function run(options: BenchOptions, output: Output): Promise<void> {
  const { dtype } = await import('lethe/internal');
  const { musicWorkload } = await import('../bench/music.ts');
  const { measure } = await import('../bench/measure.ts');
  const engine = await useThreads(options.threads);
  const workload = musicWorkload(options.workload);
  const { ms, peakRssMb } = measure(() => void workload.step(), { repeats: options.repeats });
  const result = {
    workload: options.workload,
    engine: engine.engine,
    isa: engine.isa,
    dtype,
    threads: engine.threads(),
    ms: rounded(ms, 3),
    steps_per_s: rounded(1000 / ms, 3),
    peak_rss_mb: rounded(peakRssMb, 1),
  };
  output.event(result);
  output.table(
    Object.entries(result).map(([name, value]) => [name, String(value)]),
    { align: 'lr' },
  );
}

function rounded(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}
