/**
 * Puts a configuration together: the defaults of the task, a recipe on top, single settings last. The
 * result is complete; nothing is looked up later.
 */
import { ConfigError, parseDropout } from 'lethe';
import { parse } from 'yaml';
import { z } from 'zod';
import { type Config, checkConfig, configSchema, type OptimizerConfig } from './config.ts';
import { keysAt, schemaAt, unknownKey } from './config-errors.ts';
import { readRecipe } from './recipes.ts';

/** What is laid over a recipe or over the defaults. */
export interface Settings {
  /** values by path, e.g. `{ 'model.hidden': 200 }`; undefined leaves the value as it is */
  settings?: Record<string, unknown>;
  /** the texts of `--set a.b=c`, applied last */
  set?: readonly string[];
}

/**
 * The configuration for a recipe (its name, e.g. `jsb-fast`, or the path of a YAML file) or for
 * `TASK/DATASET` (e.g. `music/nottingham`, `music/DIRECTORY`), with settings on top.
 * Throws ConfigError for anything unknown or out of range.
 */
export function resolveConfig(target: string, { settings = {}, set = [] }: Settings = {}): Config {
  const task = /^music\/(.+)$/s.exec(target);
  const pairs = [
    ...Object.entries(settings).filter(([, value]) => value !== undefined),
    ...set.map(splitSetting),
  ];
  const recipe: Tree = task ? {} : readRecipe(target);
  const cells = [
    (recipe.model as Tree | undefined)?.cell,
    ...pairs.map(([path, value]) => path === 'model.cell' && value),
  ];
  let tree: Tree = merge(defaults(task ? task[1] : 'jsb-chorales', cells.findLast(Boolean)), recipe);
  // The optimizer's name decides which other keys exist, so it comes first.
  pairs.sort((a, b) => Number(b[0] === 'optimizer.name') - Number(a[0] === 'optimizer.name'));
  for (const [path, value] of pairs) tree = applySetting(tree, path, value);
  const config = checkConfig(tree, task ? 'configuration' : target);
  parseDropout(config.model.dropout);
  return config;
}

/** `tree` with the value at one dotted path replaced. Throws ConfigError for a path that does not exist. */
export function applySetting(tree: Tree, path: string, value: unknown): Tree {
  const keys = path.split('.');
  for (let depth = 1; depth <= keys.length; depth++) {
    const known = keysAt(configSchema, keys.slice(0, depth - 1), tree);
    if (!known.includes(keys[depth - 1])) throw new ConfigError(unknownKey(keys.slice(0, depth), known));
  }
  if (typeof value === 'string' && !(schemaAt(configSchema, keys, tree) instanceof z.ZodString)) {
    value = parse(value);
  }
  return merge(tree, keys.reduceRight<unknown>((inner, key) => ({ [key]: inner }), value) as Tree);
}

/**
 * The configuration of the music task before any recipe: for the plain cell the size and optimizer of Bayer et al.
 * 2013 for JSB Chorales; for gated cells, of which the paper says nothing, what trains them well out of the box.
 */
export function defaults(dataset: string, cell: unknown = 'rnn'): Config {
  if (cell === 'lstm' || cell === 'gru') return gatedDefaults(dataset, cell);
  return {
    format: 1,
    task: 'music',
    dataset,
    model: {
      cell: 'rnn',
      hidden: 400,
      layers: 1,
      activation: 'tanh',
      dropout: 'none',
      initialState: 'learned',
      initialVariance: 0.0001,
      inputVariance: 0.01,
      spectralRadius: 1.2,
      maxIncoming: 15,
      outputBias: -0.8,
      forgetBias: 1,
      resetAfter: true,
    },
    optimizer: optimizerDefaults.rmsprop,
    training: {
      epochs: 500,
      batch: 50,
      chunk: 100,
      patience: 50,
      minutes: null,
      evaluateEvery: 1,
      checkpointEvery: 20,
    },
    seed: 1,
    threads: null,
    dtype: 'f32',
    quirks: { varianceIsDeviation: false },
    recipe: null,
  };
}

// --- internal ---

type Tree = { [key: string]: unknown };

function gatedDefaults(dataset: string, cell: 'lstm' | 'gru'): Config {
  const base = defaults(dataset);
  return {
    ...base,
    model: {
      ...base.model,
      cell,
      hidden: 200,
      initialVariance: null,
      inputVariance: null,
      spectralRadius: null,
      maxIncoming: null,
    },
    optimizer: { ...optimizerDefaults.adam, stepRate: 0.002, clipNorm: 5 },
    training: { ...base.training, batch: 16, patience: 30 },
  };
}

const adam = { stepRate: 0.001, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0, clipNorm: 225 };
const optimizerDefaults: { [name in OptimizerConfig['name']]: OptimizerConfig & { name: name } } = {
  rmsprop: {
    name: 'rmsprop',
    stepRate: 0.001,
    momentum: 0.99,
    decay: 0.8,
    epsilon: 1e-8,
    weightDecay: 0,
    clipNorm: 225,
  },
  sgd: { name: 'sgd', stepRate: 0.1, momentum: 0, weightDecay: 0, clipNorm: 225 },
  adam: { name: 'adam', ...adam },
  adamw: { name: 'adamw', ...adam, weightDecay: 0.01 },
};

/** `over` on top of `base`, object by object. A new optimizer starts from its own defaults. */
function merge(base: Tree, over: Tree): Tree {
  const out: Tree = { ...base };
  for (const [key, value] of Object.entries(over)) {
    const below = out[key];
    if (key === 'optimizer' && isTree(value) && isTree(below)) {
      const name = String(value.name ?? below.name);
      const start = name === below.name ? below : (optimizerDefaults as Tree)[name];
      out[key] = { ...(isTree(start) ? start : {}), ...value };
    } else if (key === 'dropout' && isTree(value)) {
      out[key] = dropoutWords(value);
    } else {
      out[key] = isTree(value) && isTree(below) ? merge(below, value) : value;
    }
  }
  return out;
}

/** `{ method: 'fast', input: 0.1 }` in the words of the command line: `fast:input=0.1`. */
function dropoutWords({ method, ...options }: Tree): string {
  if (typeof method !== 'string') {
    throw new ConfigError("model.dropout expects words such as 'fast:input=.1' or an object with a method");
  }
  const words = Object.entries(options).map(([key, value]) => `${key}=${value}`);
  return words.length > 0 ? `${method}:${words.join(',')}` : method;
}

function splitSetting(text: string): [string, string] {
  const at = text.indexOf('=');
  if (at < 1)
    throw new ConfigError(`--set expects KEY=VALUE such as optimizer.stepRate=.001, found '${text}'`);
  return [text.slice(0, at).trim(), text.slice(at + 1).trim()];
}

const isTree = (value: unknown): value is Tree =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
