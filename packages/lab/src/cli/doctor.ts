/** `lethe doctor`: what the command runs on here; with `--verify`, whether its numbers are right. */
import os from 'node:os';
import type { Command } from 'commander';
import { LetheError } from 'lethe';
import { wholeNumber } from '../common/usage.ts';
import { example } from './help.ts';
import type { Io } from './io.ts';
import { Output } from './output.ts';
import { useThreads } from './threads.ts';
import { version } from './version.ts';

interface DoctorOptions {
  verify?: string;
  data?: string;
  threads?: number;
  json?: boolean;
}

/** Adds `doctor` to the command. */
export function addDoctor(lethe: Command, io: Io): void {
  const command = lethe
    .command('doctor')
    .description('says what runs here: engine, instruction set, threads, precision, data sets')
    .option('--verify <DIR>', 'check the reference cases in DIR instead')
    .option('--data <DIR>', 'look for data sets in DIR first')
    .option('--threads <N>', 'threads (default: LETHE_THREADS, else all cores)', wholeNumber('--threads', 1))
    .option('--json', 'one JSON document on standard output')
    .action((options: DoctorOptions) => {
      const output = new Output(io, options);
      return options.verify === undefined
        ? examine(options, output)
        : verify(options.verify, options, output);
    });
  example(command, 'lethe doctor', 'lethe doctor --verify golden');
}

// --- internal ---

async function examine(options: DoctorOptions, output: Output): Promise<void> {
  const { dtype, nativeProblem, wasmProblem } = await import('lethe/engine');
  const { listData } = await import('../tasks/data-sets.ts');
  const engine = await useThreads(options.threads);
  const dataSets = listData({ dataDir: options.data });
  const problem = nativeProblem();
  const notices: string[] = [];
  const noWasm = wasmProblem();
  const cost = engine.engine === 'portable' ? 'many times' : 'some times';
  const engineHere = engine.engine === 'portable' ? 'the portable engine' : 'the WebAssembly engine';
  if (problem !== null) {
    notices.push(`the native kernels do not load: ${problem}; ${engineHere} is ${cost} slower`);
  } else if (engine.engine !== 'native') {
    const asks = dtype === 'f64' ? 'float64 (LETHE_DTYPE)' : 'LETHE_ENGINE';
    notices.push(`the native kernels load; ${asks} asks for ${engineHere}, which is ${cost} slower`);
  }
  if (noWasm !== null) notices.push(`the kernels of WebAssembly do not run: ${noWasm}`);
  const report = {
    version: version(),
    engine: engine.engine,
    isa: engine.isa,
    native: { loads: problem === null, problem },
    wasm: { runs: noWasm === null, problem: noWasm },
    threads: engine.threads(),
    cores: os.availableParallelism(),
    precision: dtype,
    node: process.version,
    platform: `${process.platform}-${process.arch}`,
    datasets: dataSets,
    notices,
  };
  output.event(report);
  output.table(
    [
      ['lethe', report.version],
      ['engine', report.engine],
      ['instruction set', report.isa],
      ['native kernels', inWords(problem, 'built', engine.engine === 'native')],
      ['WebAssembly', inWords(noWasm, 'runs', engine.engine === 'wasm')],
      ['threads', `${report.threads} (${report.cores} cores)`],
      ['precision', report.precision],
      ['node', `${report.node}, ${report.platform}`],
    ],
    { align: 'll' },
  );
  output.say();
  output.table(
    dataSets.map(({ task, name, status, where }) => [`${task}/${name}`, status, where]),
    { header: ['data set', 'status', 'where'], align: 'lll' },
  );
  for (const notice of notices) output.say(`\n${notice}`);
}

function inWords(problem: string | null, state: string, isInUse: boolean): string {
  if (problem !== null) return 'no, see below';
  return isInUse ? `${state} and in use` : `${state}, not in use`;
}

async function verify(directory: string, options: DoctorOptions, output: Output): Promise<void> {
  const { verifyFolder } = await import('../verify/verify-folder.ts');
  await useThreads(options.threads);
  const result = await verifyFolder(directory, {
    onCase: (name, outcome, reason) => {
      if (outcome === 'failed') output.say(`failed   ${name}: ${reason}`);
      else if (outcome === 'skipped') output.say(`skipped  ${name}: there is no operation ${reason} yet`);
      else if (output.live.shown) output.live.show([`passed   ${name}`]);
    },
  });
  const { passed, failed, skipped, worst } = result;
  output.event(result);
  if (worst) {
    output.say(
      `worst    ${worst.name}, ${worst.array}: off by ${worst.error.toExponential(1)} of its largest value, allowed ${worst.tolerance}`,
    );
  }
  output.say(`${passed} passed, ${failed} failed, ${skipped.length} skipped`);
  if (failed > 0) {
    throw new LetheError(
      'E_VERIFY',
      `${failed} of ${passed + failed} reference cases in ${directory} failed`,
    );
  }
}
