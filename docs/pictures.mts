/**
 * Draws the pictures of the documents anew, by the components of reports and of the dashboard, from the runs and studies that they show:
 *
 *   npm run pictures -- --from DIR            # all whose runs lie in DIR under the names below
 *   npm run pictures -- --from DIR --only sweep --train   # trains first what is missing, of pictures whose file has `sweep` in it
 *
 * Says of each what it did, and with which commands a run that is missing is made; nothing is written for such.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { atomicWrite } from '../packages/lab/src/files/atomic-write.ts';
import { figure } from '../packages/lab/src/pictures/svg/figure.ts';
import { validationPictures } from '../packages/lab/src/report/comparison-section.ts';
import { readReport, reportPictures } from '../packages/lab/src/report/report.ts';

const root = fileURLToPath(new URL('..', import.meta.url));

/** A picture of the documents. */
export interface DocumentPicture {
  /** below docs/figures */
  file: string;
  /** runs and studies that it is drawn from, by name, each with the commands that make it (`OUT` stands for its directory) */
  from: Record<string, readonly string[]>;
  /** which of the pictures of their report, by its title; or what the curves of all of them together are called */
  picture: RegExp | string;
}

/** A figure of a paper, which `lethe reproduce` draws. */
interface PaperFigure {
  file: string;
  reproduce: { paper: string; number: string };
}

const reviews = {
  reviews: [
    'train classify/reviews --dropout variational:input=.3,recurrent=.3,output=.3 --set splits.test=.3 --epochs 10 --out OUT',
    'calibrate OUT --mc 50',
  ],
};
const nn5 = { nn5: ['train forecast/nn5 --out OUT', 'calibrate OUT'] };
const jsbSweep = (method: string) =>
  `sweep music/jsb-chorales --cell lstm --hidden 100 --set optimizer.stepRate=.01 --dropout ${method} --vary dropout.recurrent=0:.8:.2 --vary dropout.output=0:.6:.2 --epochs 150 --patience 20 --seeds 2 --out OUT`;
const fastSweep = { 'sweep-fast': [jsbSweep('fast')] };
const variationalSweep = { 'sweep-variational': [jsbSweep('variational')] };
const awd =
  'text/ptb-part --cell lstm --hidden 100 --layers 2 --set model.embedding=100 --set model.tied=true --set training.batch=10 --set training.patience=none --set optimizer.stepRate=.005 --dropout awd:weight=0,input=0,hidden=0,output=0,embedding=0 --epochs 18 --seeds 2 --workers 1 --threads 1';
const rates = ['weight', 'input', 'hidden', 'output', 'embedding'].map(
  (place) => `--vary dropout.${place}=0:.8:.2`,
);
const awdAlone = { 'sweep-awd-alone': [`sweep ${awd} --alone ${rates.join(' ')} --out OUT`] };
const awdSurface = {
  'sweep-awd-surface': [`sweep ${awd} --vary dropout.weight=0:.8:.2 --vary dropout.output=0:.8:.2 --out OUT`],
};
const comparison = {
  'jsb-lstm': [
    'compare music/jsb-chorales --cell lstm --hidden 100 --epochs 40 --trials 5 --seeds 3 --workers 1 --out OUT',
  ],
};
const translation =
  '--merges 2000 --set model.embedding=64 --set model.hidden=96 --set training.batch=32 --set optimizer.stepRate=.003 --set training.labelSmoothing=0 --seeds 2 --workers 2 --threads 1';
const quarter = `translate/multi30k-en-de ${translation} --fraction 1/4 --epochs 24`;
const quiet = '--dropout variational:input=0,recurrent=0,output=0,embedding=0,context=0';
const translationSurface = {
  'translate-surface': [
    `sweep ${quarter} ${quiet} --vary dropout.context=0:.6:.3 --vary dropout.output=0:.6:.3 --out OUT`,
  ],
};
const translationRates = {
  'translate-rates': [
    `sweep ${quarter} ${quiet} --set training.evaluateEvery=4 --alone --vary dropout.embedding=0:.6:.3 --vary dropout.recurrent=0:.6:.3 --out OUT`,
  ],
};
const translationMethods = {
  'translate-methods': [
    `compare ${quarter} --set training.evaluateEvery=4 --methods none,naive,variational,zoneout,fraternal+naive --trials 1 --out OUT`,
  ],
};
const translationShrunk = {
  'translate-shrunk': [
    `sweep translate/multi30k-en-de ${translation} --vary pairs.fraction=.125,.25,.5,1;training.epochs=48,24,12,6;training.evaluateEvery=8,4,2,1 --vary model.dropout=none,naive:input=.2,context=.4,output=.4 --out OUT`,
  ],
};

export const documentPictures: readonly (DocumentPicture | PaperFigure)[] = [
  ...['1', '2', 'decomposition'].map((number) => ({
    file: `bayer2013/figure-${number}.svg`,
    reproduce: { paper: 'bayer2013', number },
  })),
  { file: 'classify/confusion-matrix.svg', from: reviews, picture: /confusion matrix$/ },
  { file: 'classify/reliability.svg', from: reviews, picture: /reliability$/ },
  { file: 'classify/risk-over-coverage.svg', from: reviews, picture: /risk over coverage$/ },
  { file: 'compare/jsb-lstm-curves.svg', from: comparison, picture: /Validation while training, mean/ },
  { file: 'compare/jsb-lstm-seeds.svg', from: comparison, picture: /Methods over 3 seeds/ },
  { file: 'forecast/nn5-coverage.svg', from: nn5, picture: /coverage of 90 % intervals by horizon$/ },
  { file: 'forecast/nn5-fan.svg', from: nn5, picture: /NN5-076, from 1998-03-23/ },
  {
    file: 'language-models/ptb.svg',
    from: {
      'ptb-small': ['train zaremba2014/ptb-small --out OUT'],
      'ptb-medium': ['train zaremba2014/ptb-medium --dtype bf16 --out OUT'],
      'ptb-medium-untied': ['train gal2016/ptb-medium-untied --dtype bf16 --out OUT'],
      'ptb-awd': ['train merity2017/ptb --dtype bf16 --epochs 32 --out OUT'],
    },
    picture: 'Penn Treebank',
  },
  {
    file: 'sweep/jsb-fast-surface.svg',
    from: fastSweep,
    picture: /Validation over dropout.recurrent and dropout.output$/,
  },
  {
    file: 'sweep/jsb-variational-output.svg',
    from: variationalSweep,
    picture: /Validation along dropout.output, by dropout.recurrent$/,
  },
  {
    file: 'sweep/jsb-variational-surface.svg',
    from: variationalSweep,
    picture: /Validation over dropout.recurrent and dropout.output$/,
  },
  {
    file: 'sweep/ptb-awd-rates.svg',
    from: awdAlone,
    picture: /Validation along each rate/,
  },
  {
    file: 'sweep/ptb-awd-surface.svg',
    from: awdSurface,
    picture: /Validation over dropout.weight and dropout.output$/,
  },
  { file: 'translate/methods.svg', from: translationMethods, picture: /Methods over 2 seeds/ },
  {
    file: 'translate/shrunk.svg',
    from: translationShrunk,
    picture: /along pairs.fraction, by model.dropout$/,
  },
  {
    file: 'translate/rates.svg',
    from: translationRates,
    picture: /Validation along each rate/,
  },
  {
    file: 'translate/surface.svg',
    from: translationSurface,
    picture: /Validation over dropout.context and dropout.output$/,
  },
];

export interface Redrawing {
  /** the directory of the runs and studies */
  from: string;
  /** where pictures go, `docs/figures` unless said otherwise */
  to: string;
  /** part of the names of the files */
  only?: string;
  /** trains what is missing */
  train?: boolean;
  log(line: string): void;
}

/** Draws what can be drawn; gives how many files were written and how many were not. */
export function redraw(options: Redrawing): { drawn: number; missing: number } {
  const { to, only = '', log } = options;
  let [drawn, missing] = [0, 0];
  for (const picture of documentPictures) {
    if (!picture.file.includes(only)) continue;
    const svg = 'reproduce' in picture ? reproduced(picture, options) : fromReport(picture, options);
    if (typeof svg !== 'string') {
      missing++;
      log(`not drawn: ${picture.file}: ${svg.reason}`);
      continue;
    }
    drawn++;
    mkdirSync(dirname(join(to, picture.file)), { recursive: true });
    atomicWrite(join(to, picture.file), `${svg.trimEnd()}\n`);
    log(`drawn: ${picture.file}`);
  }
  return { drawn, missing };
}

// --- internal ---

interface Why {
  reason: string;
}

function fromReport({ from, picture }: DocumentPicture, { from: base, train }: Redrawing): string | Why {
  const directories = Object.keys(from).map((name) => join(base, name));
  for (const [i, commands] of Object.values(from).entries()) {
    if (existsSync(directories[i])) continue;
    const words = commands.map((command) => command.replaceAll('OUT', directories[i]));
    if (!train) return { reason: `needs ${words.map((one) => `lethe ${one}`).join(' && ')}` };
    for (const one of words) if (!lethe(one.split(' '))) return { reason: `lethe ${one} failed` };
  }
  const content = readReport(directories);
  if (picture instanceof RegExp) {
    const found = reportPictures(content).find(({ title }) => picture.test(title));
    return found?.svg ?? { reason: `no picture of ${directories.join(', ')} is called ${picture.source}` };
  }
  const { runs } = content;
  const set = { title: picture, data: picture, metric: runs[0].metric!, runs };
  const drawings = validationPictures(set, ['valid', 'train']).flatMap(({ drawing }) => drawing ?? []);
  return figure(drawings, { label: picture, columns: drawings.length });
}

function reproduced({ reproduce: { paper, number } }: PaperFigure, { from, train }: Redrawing): string | Why {
  const scratch = mkdtempSync(join(tmpdir(), 'lethe-pictures-'));
  try {
    const words = ['reproduce', paper, '--figure', number, '--out', scratch, '--runs', join(from, paper)];
    const file = join(scratch, `figure-${number}.svg`);
    if (lethe([...words, ...(train ? [] : ['--collect'])]) && existsSync(file))
      return readFileSync(file, 'utf8');
    return { reason: `needs lethe reproduce ${paper} --figure ${number} --runs ${join(from, paper)}` };
  } finally {
    rmSync(scratch, { recursive: true });
  }
}

const lethe = (words: readonly string[]): boolean =>
  spawnSync(process.execPath, [join(root, 'packages/lab/bin/lethe.js'), ...words], {
    stdio: ['ignore', 'ignore', 'inherit'],
  }).status === 0;

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { values } = parseArgs({
    options: {
      from: { type: 'string', default: 'runs' },
      to: { type: 'string', default: join(root, 'docs/figures') },
      only: { type: 'string' },
      train: { type: 'boolean' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help) {
    process.stdout.write('npm run pictures -- [--from DIR] [--to DIR] [--only PART] [--train]\n');
    process.exit(0);
  }
  const { drawn, missing } = redraw({ ...values, log: (line) => process.stdout.write(`${line}\n`) });
  process.stdout.write(`${drawn} drawn, ${missing} not\n`);
}
