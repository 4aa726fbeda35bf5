/** `lethe export`: a trained run for other programs. */
import path from 'node:path';
import type { Command } from 'commander';
import { oneOf, UsageError } from '../common/usage.ts';
import type { Exported, ExportFormat } from '../exchange/format.ts';
import { type ExportName, exportFormats } from '../exchange/formats.ts';
import type { Which } from '../runs/weights.ts';
import { example } from './help.ts';
import type { Io } from './io.ts';
import { Output } from './output.ts';
import { version } from './version.ts';

interface ExportOptions {
  to: ExportName;
  out?: string;
  weights: Which;
  rule?: 'mean';
  mcMasks?: boolean;
  data?: string;
  fetch: boolean;
  json?: boolean;
}

/** Adds `export` to the command. */
export function addExport(lethe: Command, io: Io): void {
  const command = lethe
    .command('export')
    .description(
      `writes a run for other programs: ${formats.map(([name, { about }]) => `${name} (${about})`).join(', ')}`,
    )
    .argument('<run>', 'a run directory')
    .requiredOption('--to <FORMAT>', names.join(', '), oneOf('--to', names))
    .option('--out <FILE>', 'file to write, of tensorboard and csv a folder (default: exports/ in the run)')
    .option(
      '--weights <WHICH>',
      'of onnx, safetensors and npz: best or last',
      oneOf('--weights', ['best', 'last']),
      'best',
    )
    .option(
      '--rule <RULE>',
      "of onnx: mean, the network of the means, for methods whose test-time rule ONNX cannot state (default: the method's own)",
      oneOf('--rule', ['mean']),
    )
    .option('--mc-masks', 'of onnx: the network of training, whose dropout masks over all steps are inputs')
    .option('--data <DIR>', 'look for data sets in DIR first')
    .option('--no-fetch', 'never download a data set')
    .option('--json', 'one JSON document on standard output')
    .action((directory: string, options: ExportOptions) => run(directory, options, new Output(io, options)));
  example(
    command,
    'lethe export runs/jsb-chorales-variational-1 --to onnx',
    'lethe export runs/ptb-awd-1 --to safetensors --out ptb.safetensors',
    'lethe export runs/ptb-awd-1 --to tensorboard --out logs/ptb',
  );
}

// --- internal ---

const formats = Object.entries(exportFormats) as [ExportName, ExportFormat][];
const names = formats.map(([name]) => name);

async function run(directory: string, options: ExportOptions, output: Output): Promise<void> {
  const { to, out, weights, rule, mcMasks: masks } = options;
  refuseOthers(to, { rule, masks });
  if (rule && masks)
    throw new UsageError(
      '--rule is of the network at test time, --mc-masks writes that of training; give one of them',
    );
  const { runPaths } = await import('../runs/run-directory.ts');
  const { makeDirectory } = await import('../files/make-directory.ts');
  const { checkWritable } = await import('../files/check-writable.ts');
  const { inWritableFolder } = await import('../files/writable-folder.ts');
  const { atomicWrite } = await import('../files/atomic-write.ts');
  const { replacing } = await import('./write-out.ts');
  const log = (line: string): void => output.notice(line);
  const places = { dataDir: options.data, fetch: options.fetch, log };
  const format: ExportFormat = exportFormats[to];
  const folder = path.join(runPaths(directory).directory, 'exports');
  const place =
    out ??
    path.join(folder, format.ending ? `${path.basename(path.resolve(directory))}${format.ending}` : to);
  const asked = out !== undefined && format.ending ? path.dirname(out) : out;
  const made: Exported = await inWritableFolder(asked, '--out', () => {
    if (out !== undefined && format.ending) checkWritable(out);
    return format.make({ directory, weights, rule, masks, places, version: version(), log });
  });
  const { content } = made;
  const isFile = content instanceof Uint8Array;
  const files = isFile ? { [place]: content } : inFolder(place, content);
  makeDirectory(isFile ? path.dirname(place) : place);
  for (const [file, bytes] of Object.entries(files)) {
    // What stands in the run is made anew; elsewhere something else may have had the name.
    const sayReplaced = out === undefined ? undefined : replacing(file, log);
    atomicWrite(file, bytes);
    sayReplaced?.();
  }
  output.event({ run: directory, to, files: Object.keys(files), ...made.event });
  output.say(place);
  for (const line of made.lines) output.say(line.replace(' DIR ', ` ${place} `));
}

const inFolder = <T>(folder: string, content: Readonly<Record<string, T>>): Record<string, T> =>
  Object.fromEntries(Object.entries(content).map(([name, bytes]) => [path.join(folder, name), bytes]));

/** Options of ONNX alone are refused for what has no network. */
function refuseOthers(to: ExportName, { rule, masks }: { rule?: string; masks?: boolean }): void {
  if (to === 'onnx') return;
  const strange = rule ? '--rule' : masks ? '--mc-masks' : undefined;
  if (strange) throw new UsageError(`${strange} is for --to onnx, found --to ${to}`);
}
