/**
 * The worker of a run: it has the library, trains, keeps the run in the browser's storage, and reports to the page, which computes
 * nothing. Orders have a turn some thirty times a second.
 */
import { engineInUse, useThreads } from 'lethe/engine';
import { useWasm } from 'lethe/wasm';
import type { EngineFacts, Order, Report } from './messages.ts';
import { offeredMethods } from './methods.ts';
import { forget, keep, kept, take } from './store.ts';
import { Training } from './training.ts';
import { fetchTunes, type Tunes } from './tunes.ts';

const scope = globalThis as unknown as WorkerScope;
const say = (report: Report, transfer: Transferable[] = []): void => scope.postMessage(report, transfer);

/** Milliseconds of training between two turns of orders, and between two reports and two copies kept. */
const [turnMs, reportMs, keepMs] = [30, 100, 2000];

const beginning = begin();
let slot = '';
/** whether this worker keeps the run of its place: not where another tab does */
let isKept = false;
let training: Training | undefined;
let isTraining = false;
/** orders are done one after the other */
let last: Promise<unknown> = beginning;

scope.onmessage = ({ data: order }: MessageEvent<Order>) => {
  // A pause is heard while the training runs, which is an order itself.
  if (order.kind === 'pause') isTraining = false;
  else
    last = last
      .then(() => follow(order))
      .catch((error) => say({ kind: 'problem', sentence: sentenceOf(error) }));
};
beginning.then(
  ({ engine }) => say({ kind: 'ready', engine, methods: offeredMethods() }),
  (error) => say({ kind: 'problem', sentence: sentenceOf(error) }),
);

// --- internal ---

/** What of a worker is used here: the types of pages lack it. */
interface WorkerScope {
  postMessage(report: Report, transfer: Transferable[]): void;
  onmessage: (event: MessageEvent<Order>) => void;
}

async function begin(): Promise<{ engine: EngineFacts; tunes: Tunes }> {
  const cores = navigator.hardwareConcurrency ?? 1;
  const tunes = fetchTunes(new URL('tunes.json', import.meta.url));
  let problem: string | undefined;
  try {
    await useWasm();
    // One core stays with the page.
    if (crossOriginIsolated) useThreads(Math.max(1, cores - 1));
  } catch (error) {
    problem = sentenceOf(error);
  }
  const { engine, isa, threads } = engineInUse();
  const facts = { engine, isa, threads, cores, isolated: crossOriginIsolated, problem };
  return { engine: facts, tunes: await tunes };
}

async function follow(order: Order): Promise<void> {
  const { tunes } = await beginning;
  switch (order.kind) {
    case 'open': {
      slot = order.slot;
      isKept = await take(slot);
      if (!isKept) {
        say({
          kind: 'problem',
          sentence: `Another tab of this browser has run ${slot} and keeps it; here is a copy of which nothing is kept: download the weights, or close the other tab and reload this one.`,
        });
      }
      const bytes = await kept(slot).catch((error) => {
        say({
          kind: 'problem',
          sentence: `This browser keeps nothing between visits (${error.message}); download the weights to keep them.`,
        });
        return undefined;
      });
      try {
        if (bytes) training = Training.restore(bytes, tunes);
      } finally {
        tellRun();
      }
      return;
    }
    case 'start':
      training = new Training(order.settings, tunes);
      tellRun(true);
      return train();
    case 'go':
      if (!training) return tellRun();
      tellRun(true);
      return train();
    case 'reset':
      training = undefined;
      if (isKept) await forget(slot).catch(() => {});
      return tellRun();
    case 'upload':
      training = Training.restore(order.bytes, tunes);
      tellRun();
      return keepRun();
    case 'download': {
      if (!training) return;
      const { settings, progress } = training;
      const bytes = training.save();
      const method = settings.dropout.replace(/[^a-z].*$/, '') || 'run';
      say({ kind: 'file', bytes, name: `${settings.cell}-${method}-epoch-${progress.epoch}.safetensors` }, [
        bytes.buffer,
      ]);
      return;
    }
    case 'sample':
      if (!training) return;
      say({ kind: 'sample', frames: training.sample(order.options).frames, options: order.options });
      return;
    case 'pause':
      return;
  }
}

function tellRun(willTrain = false): void {
  const run = training && {
    settings: training.settings,
    progress: training.progress,
    stepsInEpoch: training.stepsInEpoch,
    parameters: training.parameterCount,
  };
  say({ kind: 'run', run: run ?? null, isTraining: willTrain });
}

/** Trains until somebody pauses it or its epochs are over. */
async function train(): Promise<void> {
  const run = training!;
  isTraining = true;
  let told = { at: performance.now(), step: run.progress.step, epochs: run.progress.history.length };
  let keptAt = performance.now();
  const tell = (now: number): void => {
    const { step, history } = run.progress;
    const stepsPerSecond = (1000 * (step - told.step)) / Math.max(1, now - told.at);
    say({ kind: 'progress', step, epochs: history.slice(told.epochs), stepsPerSecond });
    told = { at: now, step, epochs: history.length };
  };
  try {
    while (isTraining && !run.isDone) {
      const turn = performance.now() + turnMs;
      do run.step();
      while (isTraining && performance.now() < turn && !run.isDone);
      const now = performance.now();
      if (now - told.at >= reportMs) tell(now);
      if (now - keptAt >= keepMs) {
        keptAt = now;
        await keepRun();
      }
      await breath();
    }
    tell(performance.now());
    await keepRun();
  } catch (error) {
    say({ kind: 'problem', sentence: sentenceOf(error) });
  } finally {
    isTraining = false;
    tellRun();
  }
}

let cannotKeep = false;

/** A run that cannot be kept goes on; that is said once. */
async function keepRun(): Promise<void> {
  if (!training || !isKept) return;
  try {
    await keep(slot, training.save());
  } catch (error) {
    if (cannotKeep) return;
    cannotKeep = true;
    const reason = (error as Error).message;
    say({
      kind: 'problem',
      sentence: `This browser cannot keep the run (${reason}); download the weights to keep them.`,
    });
  }
}

const channel = new MessageChannel();

/** Waits until messages that have come were heard; unlike a timer's, its least time is none. */
function breath(): Promise<void> {
  return new Promise((resolve) => {
    channel.port1.onmessage = () => resolve();
    channel.port2.postMessage(0);
  });
}

function sentenceOf(error: unknown): string {
  const { message } = error as Error;
  const text = typeof message === 'string' && message !== '' ? message : String(error);
  return `${text[0].toUpperCase()}${text.slice(1, 600)}${/[.!?]$/.test(text) ? '' : '.'}`;
}
