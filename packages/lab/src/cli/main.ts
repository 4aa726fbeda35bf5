/**
 * The command `lethe`: parses, runs one command, turns whatever went wrong into one sentence on standard
 * error and an exit code (0 done, 1 failed, 2 wrong use, 130 interrupted). Commands load what they need
 * when they run, so that help is quick.
 */
import { Command, type Option } from 'commander';
import { someText } from '../common/usage.ts';
import { addAverage } from './average.ts';
import { addBench } from './bench.ts';
import { addCalibrate } from './calibrate.ts';
import { addCompare } from './compare.ts';
import { addConfig } from './config.ts';
import { addData } from './data.ts';
import { addDoctor } from './doctor.ts';
import { addEval } from './eval.ts';
import { addExport } from './export.ts';
import { failureOf, sentenceFor } from './failures.ts';
import { addHelp } from './help.ts';
import { addImport } from './import.ts';
import { type Io, processIo } from './io.ts';
import { addMethods } from './methods.ts';
import { addPlayground } from './playground.ts';
import { addPredict } from './predict.ts';
import { addRecipes } from './recipes.ts';
import { addReport } from './report.ts';
import { addReproduce } from './reproduce.ts';
import { addResume } from './resume.ts';
import { addSample } from './sample.ts';
import { addSearch } from './search.ts';
import { addStart } from './start.ts';
import { addSweep } from './sweep.ts';
import { examplesOf } from './task-options.ts';
import { addTrain } from './train.ts';
import { addUi, type DashboardRoom } from './ui.ts';
import { version } from './version.ts';
import { addWorker } from './worker.ts';

/**
 * Runs the command with the arguments after its name and gives the exit code; never throws.
 * @param dashboard what `lethe ui` opens: the room stands above this one, so whoever starts the command hands it in
 */
export async function main(argv: string[], io: Io = processIo(), dashboard?: DashboardRoom): Promise<number> {
  const path = ['lethe'];
  try {
    await program(io, path, dashboard).parseAsync(argv, { from: 'user' });
    return 0;
  } catch (error) {
    const failure = failureOf(error, path.join(' '));
    if (failure.sentence) io.err(sentenceFor(path.join(' '), failure.sentence));
    if (io.env.LETHE_DEBUG && failure.exitCode === 1 && error instanceof Error) io.err(`${error.stack}\n`);
    return failure.exitCode;
  }
}

// --- internal ---

/** The parser; `path` follows the command in use, for messages. */
function program(io: Io, path: string[], dashboard: DashboardRoom | undefined): Command {
  const lethe = new Command('lethe')
    .description('Trains recurrent networks that do not overfit.')
    .version(version(), '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .helpCommand(false)
    .configureHelp({ optionDescription })
    .exitOverride()
    .configureOutput({
      writeOut: (text) => io.out(text),
      writeErr: (text) => io.err(text),
      outputError: () => {},
      getOutHelpWidth: () => io.columns,
      getErrHelpWidth: () => io.columns,
      getOutHasColors: () => io.colour,
      getErrHasColors: () => false,
    })
    .addHelpText(
      'after',
      [
        '',
        'Examples:',
        '  $ lethe start',
        ...examplesOf('main').map((line) => `  $ ${line}`),
        '  $ lethe methods',
      ].join('\n'),
    );
  const adders = [
    addDoctor,
    addData,
    addRecipes,
    addMethods,
    addConfig,
    addTrain,
    addResume,
    addEval,
    addSample,
    addSearch,
    addCompare,
    addSweep,
    addWorker,
    addPredict,
    addCalibrate,
    addAverage,
    addBench,
    addReport,
    addExport,
    addImport,
    addReproduce,
    addStart,
    addPlayground,
    addHelp,
  ];
  for (const add of adders) add(lethe, io);
  addUi(lethe, io, dashboard);
  refuseEmpty(lethe);
  follow(lethe, path);
  return lethe;
}

/** A default as one would type it: commander puts texts in quotes. */
function optionDescription({ description, defaultValue }: Option): string {
  const isSaid = typeof defaultValue === 'string' || typeof defaultValue === 'number';
  return isSaid ? `${description} (default: ${defaultValue})` : description;
}

/** What has no reader of its own is a path, a name or a text: an empty one stands for nothing. */
function refuseEmpty(command: Command): void {
  for (const option of command.options) {
    const takesText = (option.required || option.optional) && !option.parseArg;
    if (takesText) option.argParser(someText(option.long ?? option.flags));
  }
  for (const argument of command.registeredArguments) {
    if (argument.parseArg) continue;
    const read = someText(`<${argument.name()}>`);
    if (argument.variadic) argument.argParser((text, before?: string[]) => [...(before ?? []), read(text)]);
    else argument.argParser(read);
  }
  for (const sub of command.commands) refuseEmpty(sub);
}

function follow(command: Command, path: string[]): void {
  if (command.commands.length === 0) return;
  command.hook('preSubcommand', (_, sub) => void path.push(sub.name()));
  for (const sub of command.commands) follow(sub, path);
}
