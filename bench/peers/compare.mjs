/**
 * Compares `lethe bench` with a peer on one workload: runs the two in turn, five times, each in a process of
 * its own, and prints every pair, the ratio of the medians and the peak memory of both.
 *
 *     node bench/peers/compare.mjs --peer pytorch --workload music-fast --threads 2
 *     node bench/peers/compare.mjs --peer pytorch --workload lstm-layer --dropout recurrent
 *     node bench/peers/compare.mjs --peer pytorch --workload lm-medium-naive --dtype bf16
 *
 * The machine must be idle, or the figures say nothing: a load average above the limit is refused
 * (`--force` goes on), and a pair that starts while something else runs is marked.
 */
import { spawnSync } from 'node:child_process';
import { cpus, loadavg } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const here = fileURLToPath(new URL('.', import.meta.url));
const help = `compare.mjs --peer pytorch|tfjs|jaxjs --workload NAME
  --workload NAME    music-plain, and but for jax-js music-fast; of PyTorch also lstm-layer, gru-layer, lm-small-naive, lm-medium-naive,
                     lm-medium-variational, lm-awd, sample-lstm, classify-words, forecast-hourly, music-nade, music-deep, small-steps, small-train,
                     translate, translate-beam
  --dropout NAME     of a layer: none (default), or recurrent, a mask on the state held over the sequence
  --dtype TYPE       of a language model: f32 (default) against f32, or bf16 against the peer's faster one of the two
  --threads N        threads of both (default: all cores)
  --pairs N          how often the two are run in turn (default 5)
  --variant NAME     formulation of the peer (default: its fastest)
  --python PATH      python with torch (default: PEER_PYTHON, else python3)
  --tfjs-dir DIR     folder with tfjs-music.mjs and its node_modules (default: beside this file)
  --jaxjs-dir DIR    folder with jaxjs-music.mjs and its node_modules (default: beside this file)
  --lethe COMMAND    how to start Lethe (default: npx lethe)
  --force            measure although the machine is not idle
  --json             one JSON document on standard output`;
const options = {
  peer: { type: 'string' },
  workload: { type: 'string' },
  dropout: { type: 'string', default: 'none' },
  dtype: { type: 'string', default: 'f32' },
  threads: { type: 'string', default: String(cpus().length) },
  pairs: { type: 'string', default: '5' },
  variant: { type: 'string', default: 'best' },
  python: { type: 'string', default: process.env.PEER_PYTHON || 'python3' },
  'tfjs-dir': { type: 'string', default: join(here, 'tfjs') },
  'jaxjs-dir': { type: 'string', default: join(here, 'jaxjs') },
  lethe: { type: 'string', default: 'npx lethe' },
  force: { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
};
/** What the masks of the peer are called here. */
const regularizers = { none: 'none', recurrent: 'variational:recurrent=.5' };
const lmWorkloads = ['lm-small-naive', 'lm-medium-naive', 'lm-medium-variational', 'lm-awd', 'sample-lstm'];
const sequenceWorkloads = ['classify-words', 'forecast-hourly'];
const smallWorkloads = ['small-steps', 'small-train'];
const translationWorkloads = ['translate', 'translate-beam'];
const loadLimit = 0.5;
const busyLimit = 0.1;

try {
  process.exitCode = await main();
} catch (error) {
  console.error(`compare: ${error.message}`);
  process.exitCode = error.code?.startsWith('ERR_PARSE_ARGS') ? 2 : 1;
}

async function main() {
  const { values } = parseArgs({ options });
  if (values.help) {
    console.log(help);
    return 0;
  }
  const { peer, workload, threads } = values;
  const pairs = Number(values.pairs);
  // What a workload has no place for would be measured without a word.
  const isPlain = values.dropout === 'none' && values.dtype === 'f32';
  const isLayer = ['lstm-layer', 'gru-layer'].includes(workload) && values.dtype === 'f32';
  const isLm =
    lmWorkloads.includes(workload) && values.dropout === 'none' && ['f32', 'bf16'].includes(values.dtype);
  const isSequences = sequenceWorkloads.includes(workload) && isPlain;
  const isNade = workload === 'music-nade' && isPlain;
  const isSmall = smallWorkloads.includes(workload) && isPlain;
  const isTranslation = translationWorkloads.includes(workload) && isPlain;
  const isMusic = ['music-plain', 'music-fast'].includes(workload) && isPlain;
  const isDeep = workload === 'music-deep' && isPlain;
  const known =
    (peer === 'pytorch' && (isLm || isSequences || isNade || isDeep || isSmall || isTranslation)) ||
    (peer === 'pytorch' && isLayer && Object.hasOwn(regularizers, values.dropout)) ||
    (['pytorch', 'tfjs'].includes(peer) && isMusic) ||
    (peer === 'jaxjs' && workload === 'music-plain' && isMusic);
  if (!known || !(Number(threads) >= 1) || !(pairs >= 1)) {
    console.error(help);
    return 2;
  }
  const load = loadavg()[0];
  if (load > loadLimit && !values.force) {
    throw new Error(
      `expected an idle machine, a load average of at most ${loadLimit}, got ${load.toFixed(2)}; wait a minute after the last work, or add --force to see figures that prove nothing`,
    );
  }
  const common = ['--workload', workload, '--threads', threads];
  const [letheCommand, ...letheArguments] = values.lethe.split(' ');
  const ours = isLayer ? ['--dropout', regularizers[values.dropout]] : isLm ? ['--dtype', values.dtype] : [];
  const theirs = isLayer ? ['--dropout', values.dropout] : [];
  const runLethe = () => run(letheCommand, [...letheArguments, 'bench', ...common, ...ours, '--json']);
  const script = isLm
    ? 'lm'
    : isLayer
      ? 'layer'
      : isSequences
        ? 'sequences'
        : isNade
          ? 'nade'
          : isSmall
            ? 'small'
            : isTranslation
              ? 'translate'
              : 'music';
  const [command, program] =
    peer === 'pytorch'
      ? [values.python, join(here, `pytorch_${script}.py`)]
      : [process.execPath, join(values[`${peer}-dir`], `${peer}-music.mjs`)];
  const runPeerAs = (...more) =>
    run(command, [program, ...common, ...theirs, ...more, '--variant', values.variant]);
  const runPeer = () => {
    if (!isLm) return runPeerAs();
    const types = values.dtype === 'bf16' ? ['f32', 'bf16'] : ['f32'];
    const all = types.map((type) => runPeerAs('--dtype', type));
    return all.reduce((best, one) => (one.ms < best.ms ? one : best));
  };

  const results = [];
  for (let pair = 1; pair <= pairs; pair++) {
    const busy = await busyShare();
    const lethe = runLethe();
    const other = runPeer();
    const ratio = other.ms / lethe.ms;
    results.push({ busy, lethe, peer: other, ratio });
    console.error(
      `pair ${pair}: lethe ${lethe.ms.toFixed(1)} ms, ${other.system} ${other.ms.toFixed(1)} ms, ratio ${ratio.toFixed(2)}` +
        (busy > busyLimit ? `  (something else used ${(100 * busy).toFixed(0)} % of the machine)` : ''),
    );
  }
  const summary = summarise(values, results, load);
  if (values.json) console.log(JSON.stringify(summary));
  else print(summary);
  return 0;
}

/** Runs a command that prints one JSON line, and gives it back. */
function run(command, args) {
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    encoding: 'utf8',
    cwd: join(here, '../..'),
  });
  if (error) throw new Error(`'${command}' did not start: ${error.message}`);
  if (status !== 0) {
    const lines = stderr.trim().split('\n');
    const reason = lines.find((text) => /error|expected/i.test(text)) ?? lines.at(-1);
    throw new Error(
      `'${[command, ...args].join(' ')}' ended with ${status}: ${reason}; bench/README.md says how to install it`,
    );
  }
  const line = stdout.trim().split('\n').at(-1);
  const result = JSON.parse(line);
  if (!(result.ms > 0)) throw new Error(`'${command}' was to print a line of JSON with ms, got ${line}`);
  return result;
}

/** The share of all cores that is in use, over a second in which this process sleeps. */
async function busyShare() {
  const read = () => {
    const all = cpus().map(({ times }) => times);
    const idle = all.reduce((sum, times) => sum + times.idle, 0);
    const total = all.reduce((sum, times) => sum + Object.values(times).reduce((a, b) => a + b, 0), 0);
    return { idle, total };
  };
  const before = read();
  await sleep(1000);
  const after = read();
  return 1 - (after.idle - before.idle) / Math.max(1, after.total - before.total);
}

function median(numbers) {
  const sorted = [...numbers].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  return (sorted[Math.floor(middle - 0.5)] + sorted[Math.floor(middle)]) / 2;
}

function summarise({ workload, threads }, results, load) {
  const side = (name) => {
    const runs = results.map((result) => result[name]);
    return {
      ...runs[0],
      ms: median(runs.map(({ ms }) => ms)),
      steps_per_s: 1000 / median(runs.map(({ ms }) => ms)),
      peak_rss_mb: Math.max(...runs.map(({ peak_rss_mb }) => peak_rss_mb)),
    };
  };
  const lethe = side('lethe');
  const peer = side('peer');
  return {
    workload,
    threads: Number(threads),
    load_average: load,
    idle: load <= loadLimit && results.every(({ busy }) => busy <= busyLimit),
    pairs: results.map((result) => ({
      lethe_ms: result.lethe.ms,
      peer_ms: result.peer.ms,
      ratio: result.ratio,
    })),
    lethe,
    peer,
    ratio: peer.ms / lethe.ms,
    memory_ratio: lethe.peak_rss_mb / peer.peak_rss_mb,
  };
}

function print({ workload, idle, lethe, peer, ratio, memory_ratio: memory }) {
  console.log(
    `${workload}, medians${idle ? '' : ' (the machine was not idle: these figures prove nothing)'}`,
  );
  for (const [name, side] of [
    [`lethe ${lethe.engine} ${lethe.isa} ${lethe.dtype}`, lethe],
    [`${peer.system} ${peer.version} ${peer.variant}`, peer],
  ]) {
    console.log(
      `  ${name.padEnd(36)} ${side.ms.toFixed(1).padStart(8)} ms  ${side.peak_rss_mb.toFixed(0).padStart(5)} MB  ${side.threads} threads`,
    );
  }
  console.log(`  Lethe is ${ratio.toFixed(2)} times as fast and takes ${memory.toFixed(2)} of the memory`);
}
