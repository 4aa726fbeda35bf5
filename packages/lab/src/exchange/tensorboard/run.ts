/** What a run directory tells, as events: its metrics over steps, what it observed of single units as histograms, its pictures. */
import type { RunRecord } from '../../report/run-record.ts';
import { runPictures } from '../../report/run-section.ts';
import { unitObservations } from '../unit-observations.ts';
import { type EventFile, eventFile } from './events.ts';

/**
 * The content of an event file.
 * @param png draws pictures; without it they are left out
 */
export function runEvents(run: RunRecord, png: ((svg: string) => Uint8Array) | undefined): Uint8Array {
  const began = startOf(run);
  const file = eventFile(began);
  const last = run.epochs.at(-1);
  const end = { step: last?.step ?? 0, time: began + (last?.seconds ?? 0) };
  addMetrics(file, run, began);
  addObservations(file, run, began);
  if (png) for (const { title, svg } of runPictures(run)) file.picture(tagOf(title, run.name), png(svg), end);
  const settings = [...run.config].map(([key, value]) => `| ${key} | ${cell(value)} |`);
  file.text('config', ['| setting | value |', '|---|---|', ...settings].join('\n'), { step: 0, time: began });
  return file.content();
}

// --- internal ---

/** Seconds since 1970; a run without its environment begins with them. */
function startOf({ environment }: RunRecord): number {
  const found = Date.parse(environment?.created ?? '') / 1000;
  return Number.isFinite(found) ? found : 0;
}

function addMetrics(file: EventFile, { epochs, done }: RunRecord, began: number): void {
  for (const { epoch, step, seconds, train, valid, penalties, stepRate, momentum } of epochs) {
    const at = { step, time: began + seconds };
    file.scalar('epoch', epoch, at);
    if (stepRate !== undefined) file.scalar('step_rate', stepRate, at);
    if (momentum !== undefined) file.scalar('momentum', momentum, at);
    for (const [split, metrics] of Object.entries({ train, valid, penalty: penalties })) {
      for (const [name, value] of Object.entries(metrics ?? {})) {
        if (typeof value === 'number') file.scalar(`${split}/${name}`, value, at);
      }
    }
  }
  const best = epochs.find(({ epoch }) => epoch === done?.best.epoch);
  const at = { step: best?.step ?? 0, time: began + (done?.seconds ?? 0) };
  for (const [name, value] of Object.entries(done?.best.test ?? {})) {
    if (typeof value === 'number') file.scalar(`test/${name}`, value, at);
  }
}

function addObservations(file: EventFile, run: RunRecord, began: number): void {
  const { epochs, observations, directory } = run;
  const at = (epoch: number, step?: number) => {
    const event = epochs.find((one) => one.epoch === epoch);
    return { step: step ?? event?.step ?? 0, time: began + (event?.seconds ?? 0) };
  };
  for (const { name, axis, x, series } of observations) {
    for (const [key, values] of series) {
      for (const [i, value] of values.entries()) {
        const place = x[i] ?? 0;
        if (value !== null)
          file.scalar(`${name}/${key}`, value, axis === 'epoch' ? at(place) : { step: place, time: began });
      }
    }
  }
  for (const { observer, epoch, step, units } of unitObservations(directory)) {
    for (const [key, values] of Object.entries(units))
      file.histogram(`${observer}/${key}`, values, at(epoch, step));
  }
}

const tagOf = (title: string, name: string): string => `pictures/${title.replace(`${name}: `, '')}`;

const cell = (value: unknown): string => String(JSON.stringify(value) ?? '').replaceAll('|', '\\|');
