/** What a run made: pieces as piano rolls, texts as text. */
import fs from 'node:fs';
import path from 'node:path';
import { LetheError } from 'lethe';
import { readMidi } from '../data/formats/midi.ts';
import { quantise } from '../data/music/quantise.ts';
import { runPaths } from '../runs/run-directory.ts';
import { paragraph } from './html.ts';
import { pianoRollPicture } from './piano-roll-picture.ts';
import type { RunRecord } from './run-record.ts';
import { element, escaped } from './svg/element.ts';

const shown = 6;
const textLength = 3000;

/** The samples of a run as HTML; nothing where it has none. */
export function samplesHtml(run: RunRecord): string {
  const folder = runPaths(run.directory).samples;
  const files = fs.existsSync(folder) ? fs.readdirSync(folder).sort() : [];
  const samples = files.filter((file) => /\.(midi?|txt)$/i.test(file));
  if (samples.length === 0) return '';
  const parts = samples.slice(0, shown).map((file) => sampleHtml(run, path.join(folder, file)));
  const left = samples.length - shown;
  if (left > 0) parts.push(paragraph(`${left} more in ${folder}.`, 'note'));
  return `<h3>Samples</h3>${parts.join('\n')}`;
}

// --- internal ---

/** A file that cannot be read is said to be so; the report goes on. */
function sampleHtml(run: RunRecord, file: string): string {
  const name = path.basename(file);
  try {
    return /\.txt$/i.test(name) ? textHtml(name, file) : midiHtml(run, name, file);
  } catch (error) {
    if (error instanceof LetheError || (error as NodeJS.ErrnoException).syscall) {
      return paragraph(`${name} cannot be shown: ${(error as Error).message}`, 'note');
    }
    throw error;
  }
}

function textHtml(name: string, file: string): string {
  const text = fs.readFileSync(file, 'utf8');
  const cut = text.length > textLength ? `${text.slice(0, textLength)} …` : text;
  return element('figure', {}, paragraph(name, 'note'), element('pre', {}, escaped(cut)));
}

function midiHtml(run: RunRecord, name: string, file: string): string {
  const stepsPerQuarter = run.environment?.data.stepsPerQuarter ?? 4;
  const { frames } = quantise(readMidi(fs.readFileSync(file), name), stepsPerQuarter, name);
  const svg = pianoRollPicture(name, frames, stepsPerQuarter);
  return svg ? element('figure', { class: 'wide' }, svg) : paragraph(`${name}: silence`, 'note');
}
