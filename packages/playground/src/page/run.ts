/** One of the two runs of the page: its settings, its buttons, how it stands, and the worker that trains it. */
import type { EngineFacts, Order, Report, RunFacts } from '../messages.ts';
import type { OfferedMethod } from '../methods.ts';
import type { SampleOptions } from '../training.ts';
import { Choice } from './choice.ts';
import { element } from './dom.ts';

/** What the page wants to hear of a run. */
export interface RunListener {
  onReady(engine: EngineFacts): void;
  /** curves or settings are others now */
  onChange(): void;
  onSample(frames: number[][], options: SampleOptions): void;
}

/** Silence after which a worker that should be training is taken for dead, in milliseconds. */
const silence = 20_000;

export class Run {
  readonly slot: string;
  readonly element: HTMLElement;
  #listener: RunListener;
  #worker: Worker | undefined;
  #choice: Choice | undefined;
  #facts: RunFacts | null = null;
  #isTraining = false;
  #stepsPerSecond = 0;
  #heard = 0;
  #start = element('button', { class: 'first', type: 'button', click: () => this.#begin() }, 'Train');
  #pause = element('button', { type: 'button', click: () => this.#order({ kind: 'pause' }) }, 'Pause');
  #reset = element('button', { type: 'button', click: () => this.#forget() }, 'Reset');
  #download = element(
    'button',
    { type: 'button', click: () => this.#order({ kind: 'download' }) },
    'Download weights',
  );
  #file = element('input', {
    type: 'file',
    accept: '.safetensors',
    class: 'hidden',
    tabindex: '-1',
    'aria-hidden': true,
  });
  #upload = element('button', { type: 'button', click: () => this.#file.click() }, 'Upload');
  #state = element('p', { class: 'state', role: 'status' }, 'Loading…');
  #problem = element('p', { class: 'problem', role: 'alert' });
  #place = element('div');

  constructor(slot: string, listener: RunListener) {
    this.slot = slot;
    this.#listener = listener;
    const title = element('h2', { id: `run-${slot}` }, `Run ${slot}`);
    const main = element('div', { class: 'buttons' }, this.#start, this.#pause, this.#reset);
    const files = element('div', { class: 'buttons' }, this.#download, this.#upload, this.#file);
    this.element = element(
      'section',
      { class: 'card run', 'data-slot': slot, 'aria-labelledby': title.id },
      ...[title, this.#place, main, this.#state, this.#problem, files],
    );
    this.#file.addEventListener('change', () => this.#take(this.#file.files?.[0]));
    setInterval(() => this.#listen(), 1000);
    this.#tell();
    this.#hire();
  }

  get facts(): RunFacts | null {
    return this.#facts;
  }

  /** Settings in words, short. */
  get title(): string {
    const { cell, hidden, layers, dropout } = (this.#facts ?? { settings: this.#choice!.settings() })
      .settings;
    return `${cell.toUpperCase()} ${layers > 1 ? `${layers} × ` : ''}${hidden}, ${dropout}`;
  }

  sample(options: SampleOptions): void {
    this.#order({ kind: 'sample', options });
  }

  // --- internal ---

  #hire(): void {
    this.#worker?.terminate();
    try {
      this.#worker = new Worker(new URL('worker.js', import.meta.url), {
        type: 'module',
        name: `run ${this.slot}`,
      });
    } catch (error) {
      this.#complain(
        `This browser starts no worker (${(error as Error).message}), so nothing can be trained here.`,
      );
      return;
    }
    this.#worker.onmessage = ({ data }: MessageEvent<Report>) => this.#hear(data);
    this.#worker.onerror = (event) => {
      event.preventDefault();
      this.#complain(
        `The worker of this run failed (${event.message || 'its program did not load'}). Reload the page: the run goes on from where it was last kept.`,
      );
      this.#isTraining = false;
      this.#tell();
    };
    this.#heard = performance.now();
    this.#order({ kind: 'open', slot: this.slot });
  }

  #order(order: Order): void {
    this.#worker?.postMessage(order);
  }

  #hear(report: Report): void {
    this.#heard = performance.now();
    switch (report.kind) {
      case 'ready':
        this.#offer(report.methods);
        this.#listener.onReady(report.engine);
        break;
      case 'run':
        this.#facts = report.run;
        this.#isTraining = report.isTraining;
        if (report.run) this.#choice?.show(report.run.settings);
        if (report.isTraining) this.#complain('');
        this.#listener.onChange();
        break;
      case 'progress': {
        const { progress, stepsInEpoch } = this.#facts!;
        progress.step = report.step;
        progress.history.push(...report.epochs);
        progress.epoch = progress.history.length;
        progress.position = progress.step - progress.epoch * stepsInEpoch;
        this.#stepsPerSecond = report.stepsPerSecond;
        if (report.epochs.length > 0) this.#listener.onChange();
        break;
      }
      case 'sample':
        this.#listener.onSample(report.frames, report.options);
        break;
      case 'file':
        saveFile(report.bytes, report.name);
        break;
      case 'problem':
        this.#complain(report.sentence);
        break;
    }
    this.#tell();
  }

  #offer(methods: readonly OfferedMethod[]): void {
    if (this.#choice) return;
    this.#choice = new Choice(methods);
    if (this.slot === 'B') this.#choice.show({ ...this.#choice.settings(), dropout: second });
    if (this.#facts) this.#choice.show(this.#facts.settings);
    this.#place.replaceChildren(this.#choice.element);
  }

  #begin(): void {
    this.#complain('');
    this.#heard = performance.now();
    if (this.#facts) this.#order({ kind: 'go' });
    else this.#order({ kind: 'start', settings: this.#choice!.settings() });
  }

  /** Gives the run up: its worker, whatever it is doing, and what is kept of it. */
  #forget(): void {
    this.#complain('');
    if (this.#isTraining) this.#order({ kind: 'pause' });
    this.#order({ kind: 'reset' });
  }

  async #take(file: File | undefined): Promise<void> {
    this.#file.value = '';
    if (!file) return;
    this.#complain('');
    if (this.#isTraining) this.#order({ kind: 'pause' });
    try {
      this.#order({ kind: 'upload', bytes: new Uint8Array(await file.arrayBuffer()) });
    } catch (error) {
      this.#complain(`${file.name} cannot be read (${(error as Error).message}).`);
    }
  }

  /** A worker that was ended says nothing more: that is said for it, and another goes on from what was kept. */
  #listen(): void {
    if (!this.#isTraining || performance.now() - this.#heard < silence) return;
    this.#isTraining = false;
    this.#hire();
    this.#complain(
      `The worker of this run gave no sign for ${silence / 1000} s; another has taken its place, with the run as it was last kept.`,
    );
    this.#tell();
  }

  #complain(sentence: string): void {
    this.#problem.textContent = sentence;
  }

  #tell(): void {
    const run = this.#facts;
    const isReady = this.#choice !== undefined;
    const isDone = run !== null && run.progress.epoch >= run.settings.epochs;
    if (this.#choice) this.#choice.isLocked = run !== null;
    this.#start.textContent = run ? 'Continue' : 'Train';
    this.#start.disabled = !isReady || this.#isTraining || isDone;
    this.#pause.disabled = !this.#isTraining;
    this.#reset.disabled = run === null;
    this.#download.disabled = run === null || this.#isTraining;
    this.#upload.disabled = !isReady || this.#isTraining;
    if (!run) {
      if (isReady) this.#state.textContent = 'Not trained yet.';
      return;
    }
    const { step, epoch } = run.progress;
    const where = `epoch ${epoch} of ${run.settings.epochs}, step ${step}, ${run.parameters.toLocaleString('en')} weights`;
    const pace = this.#stepsPerSecond > 0 ? `; ${this.#stepsPerSecond.toFixed(0)} steps a second` : '';
    this.#state.textContent = this.#isTraining
      ? `Training: ${where}${pace}.`
      : `${isDone ? 'Done' : 'Paused'}: ${where}. Reset to choose other settings.`;
  }
}

// --- internal ---

/** What run B begins with, beside a run without noise. */
const second = 'variational:input=.1,recurrent=.1,output=.3';

function saveFile(bytes: Uint8Array, name: string): void {
  const url = URL.createObjectURL(
    new Blob([bytes as Uint8Array<ArrayBuffer>], { type: 'application/octet-stream' }),
  );
  const link = element('a', { href: url, download: name });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
