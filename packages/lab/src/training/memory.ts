/** Whether a model fits into the machine, asked before any of it is made. */
import os from 'node:os';
import { ConfigError } from 'lethe';
import { dtype } from 'lethe/engine';
import { z } from 'zod';
import { schemaAt } from '../common/schema-errors.ts';
import type { Config } from '../runs/config.ts';
import type { ModelSize, TaskData } from '../tasks/kind.ts';
import { kindOf } from '../tasks/registry.ts';

/**
 * Bytes that training takes: parameters with gradient, optimizer slots, evaluation copy and best weights; what the task works
 * with; the process itself.
 */
export function trainingMemory({ optimizer, average }: Config, { parameters, working }: ModelSize): number {
  // An average, and the weights that it takes the place of while it is evaluated.
  const averages = average.kind === 'none' ? 0 : 2;
  const copies = { rmsprop: 6, sgd: 5, 'nt-asgd': 6, adam: 6, adamw: 6 }[optimizer.name] + averages;
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
  const kind = kindOf(config.task);
  const needed = (one: Config): number => trainingMemory(one, kind.size(one, data));
  const asked = needed(config);
  if (asked <= memory) return;
  const { schema, sizes } = kind.config;
  const least = (key: string): number => leastOf(schema, key);
  const larger = sizes
    .filter((key) => settingOf(config, key) > least(key) || key === sizes[0])
    .map((key) => {
      const fits = largest(config, key, least(key), needed, memory);
      return { key, value: settingOf(config, key), fits };
    })
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

/** The least value that a setting may have. */
function leastOf(schema: z.ZodObject, key: string): number {
  const found = schemaAt(schema, key.split('.'), {});
  return found instanceof z.ZodNumber ? (found.minValue ?? 1) : 1;
}

type Group = Record<string, Record<string, number>>;

function settingOf(config: Config, key: string): number {
  const [group, name] = key.split('.');
  return (config as unknown as Group)[group][name];
}

/** The largest value of a setting that fits, by halving; 0 when none does. */
function largest(
  config: Config,
  key: string,
  least: number,
  needed: (config: Config) => number,
  memory: number,
): number {
  const [group, name] = key.split('.');
  const fits = (value: number): boolean => {
    const changed = { ...(config as unknown as Group)[group], [name]: value };
    return needed({ ...config, [group]: changed } as Config) <= memory;
  };
  let [low, high] = [least - 1, settingOf(config, key)];
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
