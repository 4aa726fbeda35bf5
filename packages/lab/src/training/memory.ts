/** Whether a model fits into the machine, asked before any of it is made. */
import os from 'node:os';
import { ConfigError } from 'lethe';
import { dtype } from 'lethe/engine';
import type { TaskData } from '../tasks/open.ts';
import { type ModelSize, sizeOver } from '../tasks/size.ts';
import type { Config } from './config.ts';

/**
 * Bytes that training takes: parameters with gradient, optimizer slots, evaluation copy and best weights; what the task works
 * with; the process itself.
 */
export function trainingMemory({ optimizer }: Config, { parameters, working }: ModelSize): number {
  const copies = { rmsprop: 6, sgd: 5, 'nt-asgd': 6, adam: 6, adamw: 6 }[optimizer.name];
  const width = dtype === 'f64' ? 8 : 4;
  return 60 * 2 ** 20 + width * (copies * parameters + working);
}

/** Bytes that this process may take: nine tenths of the machine's, or of what its container may have. */
export function machineMemory(): number {
  const limit = process.constrainedMemory?.() ?? 0;
  const whole = limit > 0 ? Math.min(limit, os.totalmem()) : os.totalmem();
  return 0.9 * whole;
}

/**
 * Throws ConfigError for a model that does not fit into `memory` bytes: which setting is too large, and the largest value with
 * which it would fit.
 */
export function requireMemory(config: Config, data: TaskData, memory: number = machineMemory()): void {
  const size = sizeOver(data, config.task);
  const needed = (one: Config): number => trainingMemory(one, size(one));
  const asked = needed(config);
  if (asked <= memory) return;
  const larger = sizes(config)
    .map((key) => ({ key, value: settingOf(config, key), fits: largest(config, key, needed, memory) }))
    // The setting that has to give least is the one that is too large.
    .sort((a, b) => b.fits / b.value - a.fits / a.value)[0];
  const told = `found ${larger.value}, which takes ${inGigabytes(asked)} in training; this machine has ${inGigabytes(memory)}`;
  if (larger.fits === 0) {
    throw new ConfigError(
      `${larger.key}: ${told}, too little with any value of it; make several settings smaller`,
    );
  }
  throw new ConfigError(`${larger.key}: expected at most ${larger.fits}, ${told}`);
}

// --- internal ---

/** The settings that memory grows with, those first that one thinks of first. */
function sizes({ task, model }: Config): string[] {
  const ofText = task === 'text' ? ['model.embedding'] : [];
  const layers = model.layers > 1 ? ['model.layers'] : [];
  const length = task === 'text' ? 'training.steps' : 'training.chunk';
  return ['model.hidden', ...ofText, ...layers, 'training.batch', length];
}

type Group = Record<string, Record<string, number>>;

function settingOf(config: Config, key: string): number {
  const [group, name] = key.split('.');
  return (config as unknown as Group)[group][name];
}

/** The largest value of a setting that fits, by halving; 0 when none does. */
function largest(config: Config, key: string, needed: (config: Config) => number, memory: number): number {
  const [group, name] = key.split('.');
  const fits = (value: number): boolean => {
    const changed = { ...(config as unknown as Group)[group], [name]: value };
    return needed({ ...config, [group]: changed } as Config) <= memory;
  };
  let [low, high] = [key === 'training.chunk' ? 1 : 0, settingOf(config, key)];
  const none = low;
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (fits(middle)) low = middle;
    else high = middle;
  }
  return low === none ? 0 : low;
}

function inGigabytes(bytes: number): string {
  const gigabytes = bytes / 2 ** 30;
  return gigabytes < 10
    ? `${gigabytes.toPrecision(2)} GB`
    : `${Math.round(gigabytes).toLocaleString('en')} GB`;
}
