/** The page: two runs, their curves over each other, the music that they make. */
import type { EngineFacts } from '../messages.ts';
import { Curves } from './curves.ts';
import { Music } from './music.ts';
import { Run } from './run.ts';

const place = (id: string): HTMLElement => document.getElementById(id)!;

const curves = new Curves();
const runs: Run[] = [];
let music: Music | undefined;
const changed = (): void => {
  const trained = runs.filter(({ facts }) => facts);
  curves.show(
    trained.map((run) => ({ slot: run.slot, title: run.title, history: run.facts!.progress.history })),
  );
  music?.tell();
};
for (const slot of ['A', 'B']) {
  runs.push(
    new Run(slot, {
      onReady: (engine) => {
        place('engine').textContent = engineInWords(engine);
      },
      onChange: changed,
      onSample: (frames, options) => music?.show(slot, frames, options),
    }),
  );
}
music = new Music(runs);
place('runs').append(...runs.map((run) => run.element));
place('losses').append(curves.element);
place('music').append(music.element);

// --- internal ---

function engineInWords({ engine, isa, threads, cores, isolated, problem }: EngineFacts): string {
  const what =
    engine === 'wasm'
      ? `WebAssembly with ${isa === 'relaxed' ? 'relaxed SIMD' : 'SIMD'}`
      : 'plain JavaScript';
  const count = `${threads} ${threads === 1 ? 'thread' : 'threads'} for each run`;
  const more =
    isolated || cores < 3
      ? ''
      : ' For more, the server has to send Cross-Origin-Opener-Policy: same-origin and Cross-Origin-Embedder-Policy: require-corp.';
  return `${what}, ${count}.${more}${problem ? ` ${problem}` : ''}`;
}
