/** For tests: the embedded tunes, and a run that is quick. */
import { loadFolk } from '../../lab/src/tasks/music/data/folk.ts';
import { defaultSettings, type Settings } from './settings.ts';
import type { Tunes } from './tunes.ts';

const { stepsPerQuarter, splits } = loadFolk();

export const tunes: Tunes = {
  stepsPerQuarter,
  train: splits.train.slice(0, 12),
  valid: splits.valid.slice(0, 2),
};

export const small: Settings = { ...defaultSettings, hidden: 12, batch: 4, epochs: 3 };
