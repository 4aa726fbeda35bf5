/** What a run made: pieces as piano rolls, texts as text. */
import fs from 'node:fs';
import path from 'node:path';
import { LetheError } from 'lethe';
import { readMidi } from '../data/formats/midi.ts';
import { quantise } from '../data/music/quantise.ts';
import { runPaths } from '../runs/run-directory.ts';
import { figureHtml, paragraph } from './html.ts';
import { pianoRollPicture } from './piano-roll-picture.ts';
import type { Picture } from './picture.ts';
import type { RunRecord } from './run-record.ts';
import { element, escaped } from './svg/element.ts';

const shown = 6;
const textLength = 3000;

/** The samples of a run as HTML; nothing where it has none. */
export function samplesHtml(run: RunRecord): string {
  const folder = runPaths(run.directory).samples;
  const samples = samplesIn(folder);
  if (samples.length === 0) return '';
  const parts = samples.slice(0, shown).map((file) => sampleHtml(run, path.join(folder, file)));
  const left = samples.length - shown;
  if (left > 0) parts.push(paragraph(`${left} more in ${folder}.`, 'note'));
  return `<h3>Samples</h3>${parts.join('\n')}`;
}

/** The pieces of a run as pictures, without those that cannot be read. */
export function samplePictures(run: RunRecord): Picture[] {
  const folder = runPaths(run.directory).samples;
  return samplesIn(folder)
    .filter((file) => !/\.txt$/i.test(file))
    .flatMap((file) => {
      try {
        return midiPicture(run, file, path.join(folder, file)) ?? [];
      } catch (error) {
        if (isReading(error)) return []; // named in the page
        throw error;
      }
    });
}

// --- internal ---

function samplesIn(folder: string): string[] {
  const files = fs.existsSync(folder) ? fs.readdirSync(folder).sort() : [];
  return files.filter((file) => /\.(midi?|txt)$/i.test(file));
}

const isReading = (error: unknown): error is Error =>
  error instanceof LetheError || (error as NodeJS.ErrnoException).syscall !== undefined;

/** A file that cannot be read is said to be so; the report goes on. */
function sampleHtml(run: RunRecord, file: string): string {
  const name = path.basename(file);
  try {
    return /\.txt$/i.test(name) ? textHtml(name, file) : midiHtml(run, name, file);
  } catch (error) {
    if (isReading(error)) return paragraph(`${name} cannot be shown: ${error.message}`, 'note');
    throw error;
  }
}

function textHtml(name: string, file: string): string {
  const text = fs.readFileSync(file, 'utf8');
  const cut = text.length > textLength ? `${text.slice(0, textLength)} …` : text;
  return element('figure', {}, paragraph(name, 'note'), element('pre', {}, escaped(cut)));
}

function midiHtml(run: RunRecord, name: string, file: string): string {
  const picture = midiPicture(run, name, file);
  return picture ? figureHtml(picture) : paragraph(`${name}: silence`, 'note');
}

function midiPicture(run: RunRecord, name: string, file: string): Picture | undefined {
  const stepsPerQuarter = run.environment?.data?.stepsPerQuarter ?? 4;
  const { frames } = quantise(readMidi(fs.readFileSync(file), name), stepsPerQuarter, name);
  return pianoRollPicture(name, frames, { stepsPerQuarter });
}
