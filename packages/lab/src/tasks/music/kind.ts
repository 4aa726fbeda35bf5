/** Polyphonic music as a task: the next frame of 88 notes from those before it. */
import { parseDropout } from 'lethe/dropout';
import { hasPieces } from 'lethe/internal';
import type { TaskKind } from '../kind.ts';
import { recurrentParameters } from '../shared/parameters.ts';
import { samplesBeside } from './beside.ts';
import { keptChords } from './chords-file.ts';
import { type MusicConfig, musicConfig } from './config.ts';
import { chunks } from './data/chunks.ts';
import type { MusicData } from './data/dataset.ts';
import { keys } from './data/piano-roll.ts';
import { musicDataKind } from './data-kind.ts';
import { musicMetric, musicMetrics } from './metrics.ts';
import { portableMusic } from './portable.ts';
import { musicQuickStart } from './quick-start.ts';
import { parseReadout } from './readout/words.ts';
import { musicSamples } from './samples.ts';
import { musicSampling } from './sampling.ts';
import { musicTask, workingNumbers } from './task.ts';
import { transitionSizes } from './transition.ts';
import { musicWorkload, musicWorkloads } from './workloads.ts';

export const music: TaskKind<MusicConfig, MusicData> = {
  name: 'music',
  things: 'music',
  config: musicConfig,
  data: musicDataKind,
  metrics: musicMetrics,
  metric: () => musicMetric,
  open: musicTask,
  size(config, { splits }) {
    const { cell, hidden, layers, dropout, initialState } = config.model;
    const hiddenSizes = Array<number>(layers).fill(hidden);
    const states = initialState === 'learned' ? layers * hidden * (cell === 'lstm' ? 2 : 1) : 0;
    const transition = transitionSizes(config.model);
    const words = parseReadout(config.model.readout);
    const own = words.kind === 'nade' ? words.hidden : 0;
    const { deepOutput, outputActivation, pieces } = config.model;
    const wide = hasPieces(outputActivation) ? pieces * deepOutput : deepOutput;
    const output = wide * (hidden + 1);
    const readout = output + (keys + own) * ((deepOutput || hidden) + 1) + 2 * keys * own;
    return {
      parameters: recurrentParameters({ cell, transition, inputSize: keys, hiddenSizes }) + states + readout,
      working: workingNumbers(config, parseDropout(dropout), chunks(splits.train, config.training.chunk)),
    };
  },
  sampling: musicSampling,
  network: portableMusic,
  samples: musicSamples,
  files: [keptChords.file],
  beside: samplesBeside,
  quickStart: musicQuickStart,
  workloads: Object.fromEntries(musicWorkloads.map((name) => [name, { make: () => musicWorkload(name) }])),
  examples: {
    main: ['lethe train music/jsb-chorales --dropout fast:input=.1,recurrent=.9,output=.6'],
    train: [
      'lethe train bayer2013/jsb-fast --minutes 10',
      'lethe train music/jsb-chorales --cell gru --layers 2 --dropout zoneout:hidden=.1',
      'lethe train music/jsb-chorales --readout nade:hidden=200',
      'lethe train bayer2013/jsb-fast --observe decomposition,spectral-radius',
      'lethe train music/nottingham --hidden 200 --dropout fast:input=.1,recurrent=.2,output=.5 --out runs/mine',
    ],
    compare: [
      'lethe compare music/jsb-chorales --cell lstm --methods none,variational,fast --seeds 3 --minutes 20',
    ],
    sweep: [
      'lethe sweep music/jsb-chorales --dropout fast --vary dropout.recurrent=0:.8:.2 --vary dropout.output=0:.8:.2',
    ],
    config: ['lethe config music'],
    eval: [
      'lethe eval runs/jsb-chorales-fast-1 --split test --json',
      'lethe eval runs/jsb-chorales-variational-1 --mc 50',
    ],
    sample: ['lethe sample runs/jsb-chorales-fast-1 --out piece.mid --prime 3 --temperature .9'],
    stats: ['lethe data stats jsb-chorales', 'lethe data stats midi/ --steps-per-quarter 4'],
    fetch: ['lethe data fetch jsb-chorales'],
    bench: ['lethe bench --workload music-fast --threads 2 --json'],
    targets: ['music/jsb-chorales', 'music/DIR'],
  },
};
