/** `lethe import`: weights of PyTorch and Keras as weights here. */
import path from 'node:path';
import { type Command, Option } from 'commander';
import { example } from './help.ts';
import type { Io } from './io.ts';
import { Output } from './output.ts';

interface ImportOptions {
  out?: string;
  resetAfter?: boolean;
  resetBefore?: boolean;
  json?: boolean;
}

/** Adds `import` to the command. */
export function addImport(lethe: Command, io: Io): void {
  const command = lethe
    .command('import')
    .description(
      'reads the recurrent layers of a PyTorch or Keras model, with the table of words below and the linear map above, and writes them under the names that the library reads; says of every array where it went',
    )
    .argument('<file>', 'weights as safetensors or npz')
    .option('--out <FILE>', 'file to write (default: NAME.lethe.safetensors beside it)')
    .addOption(
      new Option(
        '--reset-after',
        'of a GRU without biases: the reset gate acts on the product, as Keras has it by default',
      ).conflicts('resetBefore'),
    )
    .option(
      '--reset-before',
      'of a GRU without biases: the reset gate acts in front of the product (Keras: reset_after false)',
    )
    .option('--json', 'one JSON document on standard output')
    .action((file: string, options: ImportOptions) => run(file, options, new Output(io, options)));
  example(
    command,
    'lethe import awd-lstm.safetensors',
    'lethe import keras-weights.npz --out model.safetensors',
  );
}

// --- internal ---

async function run(file: string, options: ImportOptions, output: Output): Promise<void> {
  const { importModel } = await import('lethe');
  const { importedFile } = await import('../exchange/imported-file.ts');
  const { inFile, readArrays } = await import('../exchange/read-arrays.ts');
  const { writeOut } = await import('./write-out.ts');
  if (options.out !== undefined) {
    const { checkWritable } = await import('../files/check-writable.ts');
    checkWritable(options.out);
  }
  const arrays = readArrays(file);
  const reset = options.resetBefore ? { resetAfter: false } : options.resetAfter ? { resetAfter: true } : {};
  const found = inFile(file, () => importModel(arrays, reset));
  const { framework, stack, placed, leftOut } = found;
  const name = `${file.slice(0, file.length - path.extname(file).length)}.lethe.safetensors`;
  const log = (line: string): void => output.notice(line);
  const written = writeOut({ out: options.out, name, log }, importedFile(found, path.basename(file)));
  output.event({ file: written, framework, stack, placed, leftOut });
  const { cell, inputSize, hiddenSizes, bidirectional } = stack;
  output.say(
    `${framework}: ${cell} of ${hiddenSizes.join(', ')} units over ${inputSize} features${bidirectional ? ', in both directions' : ''}`,
  );
  const rows = Object.entries(placed).map(([from, to]) => [from, arrays[from].shape.join(' x '), to]);
  const left = leftOut.map(({ name: one, reason }) => [
    one,
    arrays[one].shape.join(' x '),
    `left out: ${reason}`,
  ]);
  output.table([...rows, ...left], { header: ['array', 'shape', 'went to'], align: 'lll' });
  output.say();
  output.say(`${written}`);
}
