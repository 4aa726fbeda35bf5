/** All that the page of one run shows besides its curves. */
import fs from 'node:fs';
import path from 'node:path';
import {
  configText,
  type Environment,
  findKind,
  isTree,
  partsOf,
  runPaths,
  shellWord,
} from '@lethe/lab/internal';
import { parseDropout } from 'lethe/dropout';
import type { Inside } from '../files/inside.ts';
import type { RunPage, TaskOptionShown } from '../shared/api.ts';
import { settingWord } from './control.ts';
import type { MadeSections } from './made-sections.ts';
import { type ShownSections, shownParts } from './page-parts.ts';
import type { RunEntry } from './run-entry.ts';

/** Samples that a page shows, and lines of the log. */
const mostSamples = 6;
const mostLines = 40;

/** The page, with the sections that `runSections` made. */
export async function runPage(
  entry: RunEntry,
  inside: Inside,
  columns: string[],
  { sections }: ShownSections,
): Promise<RunPage> {
  const kind = findKind(entry.tree.task);
  const environment = await environmentOf(entry, inside);
  const options = kind?.sampling?.options;
  const hasBest = inside.holds(runPaths(entry.directory).best);
  return {
    row: entry.row,
    columns: [...columns, ...(columns.includes('step') ? entry.rates.keys() : [])],
    environment,
    sections,
    able: {
      ...(options && hasBest && { sample: options.map(optionOf) }),
      draws: hasBest && drawsNoise(entry.row.config['model.dropout']),
      predictsText:
        hasBest && (kind?.prediction?.options ?? []).some(({ flags }) => flags.startsWith('--text ')),
    },
    commands: { resume: `lethe resume ${shellWord(entry.path)}`, ...trainCommand(entry) },
    log: await logOf(entry, inside),
  };
}

/** What the run made, and what its task has to show. Files that a link brings in from elsewhere are not opened. */
export async function runSections(
  entry: RunEntry,
  inside: Inside,
  made: MadeSections,
): Promise<ShownSections> {
  if (entry.row.state === 'unreadable') return { sections: [], pictures: [] };
  if (leadsOut(entry.directory, inside)) {
    const note =
      'A file of the run is a link that leads out of the directory of the dashboard: nothing that it made is shown.';
    return shownParts([{ title: 'Samples', parts: [{ kind: 'note', note }] }], '');
  }
  const environment = await environmentOf(entry, inside);
  return made.of(entry.directory, () => sectionsOf(entry, environment));
}

// --- internal ---

/** The settings of a run over the defaults of its data, as a command that makes the same. */
function trainCommand({ tree, row }: RunEntry): { train?: string } {
  if (typeof tree.task !== 'string' || typeof tree.dataset !== 'string') return {};
  const words = Object.entries(row.config)
    .filter(([key, value]) => !/^(format|task|dataset|recipe(\..*)?)$/.test(key) && value !== undefined)
    .map(([key, value]) => `${key}=${configText(value)}`);
  const target = `${tree.task}/${tree.dataset}`;
  return {
    train: ['lethe train', shellWord(target), ...words.map((one) => `--set ${settingWord(one)}`)].join(' '),
  };
}

/** Whether there is noise that can be drawn: no method, or one that cannot be read, has none. */
function drawsNoise(words: unknown): boolean {
  try {
    const { noise, weightNoise } = parseDropout(String(words ?? 'none'));
    return weightNoise !== undefined || noise.some(({ rate }) => rate > 0);
  } catch {
    return false;
  }
}

function optionOf({ flags, description }: { flags: string; description: string }): TaskOptionShown {
  const [name] = flags.split(' ');
  return { name: name.slice(2), description, takesValue: flags.includes('<') };
}

async function environmentOf(entry: RunEntry, inside: Inside): Promise<Record<string, unknown>> {
  const text = await inside.text(runPaths(entry.directory).environment);
  try {
    const found: unknown = JSON.parse(text ?? '{}');
    return isTree(found) ? found : {};
  } catch {
    return {};
  }
}

async function logOf(entry: RunEntry, inside: Inside): Promise<string[]> {
  const text = await inside.text(runPaths(entry.directory).log);
  return (text ?? '')
    .split('\n')
    .slice(-mostLines - 1)
    .filter((line) => line !== '')
    .map((line) => line.slice(0, 2000));
}

function sectionsOf(entry: RunEntry, environment: Record<string, unknown>): ShownSections {
  const { samples, sections } = partsOf({
    directory: entry.directory,
    config: new Map(Object.entries(entry.row.config)),
    environment: environment as unknown as Environment,
  });
  const some = samples.slice(0, mostSamples);
  const left = samples.length - some.length;
  if (left > 0) some.push({ kind: 'note', note: `${left} more in samples/ of the run.` });
  const all = [...(some.length > 0 ? [{ title: 'Samples', parts: some }] : []), ...sections];
  return shownParts(all, `/api/runs/${entry.id}`);
}

/** Whether a file of the run, or one that it made, is a link to a place outside. */
function leadsOut(directory: string, inside: Inside): boolean {
  const folders = [directory, runPaths(directory).samples, runPaths(directory).observations];
  return folders.some((folder) => {
    if (!fs.existsSync(folder)) return false;
    return fs
      .readdirSync(folder, { withFileTypes: true })
      .some((file) => file.isSymbolicLink() && !inside.holds(path.join(folder, file.name)));
  });
}
