/** What a report shows of a run that translates: its test, the best and worst translations, where words looked, uncertainty against BLEU. */
import { LetheError } from 'lethe';
import { printable } from 'lethe/internal';
import type { ReportPart, ReportSection, ShownRun } from '../kind.ts';
import { attentionPicture, bleuPicture, longestMap, uncertaintyPicture } from './pictures.ts';
import { rankCorrelation } from './rank-correlation.ts';
import { readTranslations, type TranslationLine } from './translations-file.ts';

/** The sections; a file that cannot be read is said to be so. */
export function translateSections({ directory }: ShownRun): ReportSection[] {
  const title = 'Translations of the test';
  try {
    const lines = readTranslations(directory);
    if (!lines) return [{ title, parts: [note('The test is translated when the run is finished.')] }];
    return [{ title, parts: [...figureParts(lines), ...listParts(lines)] }, ...attentionSection(lines)];
  } catch (error) {
    if (!(error instanceof LetheError)) throw error;
    return [{ title, parts: [note(`They cannot be shown: ${error.message}`)] }];
  }
}

// --- internal ---

const note = (text: string): ReportPart => ({ kind: 'note', note: text });

/** Translations in each of the lists. */
const listed = 10;
/** Shorter sentences are right or wrong by chance: a list of them teaches nothing. */
const fewWords = 5;

function figureParts(lines: readonly TranslationLine[]): ReportPart[] {
  const bleu = lines.map((line) => line.bleu);
  const parts: ReportPart[] = [{ kind: 'picture', picture: bleuPicture(bleu) }];
  const sure = lines.filter(({ entropy }) => entropy !== undefined);
  if (sure.length < 2) return parts;
  const entropies = sure.map(({ entropy }) => entropy!);
  const scores = sure.map((line) => line.bleu);
  const rank = rankCorrelation(entropies, scores);
  return [
    ...parts,
    { kind: 'picture', picture: uncertaintyPicture('entropy per token, nats', entropies, scores) },
    note(
      `Rank correlation of entropy per token and BLEU of the sentence (Spearman): ${rank.toFixed(3)}, over ${sure.length} sentences.`,
    ),
  ];
}

function listParts(lines: readonly TranslationLine[]): ReportPart[] {
  const long = lines.filter(({ reference }) => reference.split(' ').length >= fewWords);
  const order = (long.length > 0 ? long : lines).toSorted((a, b) => b.bleu - a.bleu || a.line - b.line);
  const count = Math.min(listed, Math.floor(order.length / 2));
  if (count === 0) return [table(order)];
  return [
    note(
      `The ${count} best translations by the BLEU of the sentence, of references of at least ${fewWords} words.`,
    ),
    table(order.slice(0, count)),
    note(`The ${count} worst.`),
    table(order.slice(-count).toReversed()),
  ];
}

const table = (lines: readonly TranslationLine[]): ReportPart => ({
  kind: 'table',
  table: {
    header: ['line', 'BLEU', 'source', 'translation', 'reference'],
    align: 'rrlll',
    rows: lines.map(({ line, bleu, source, translation, reference }) => [
      ...[`${line}`, bleu.toFixed(1)],
      ...[source, translation, reference].map((text) => printable(text, 300)),
    ]),
  },
});

function attentionSection(lines: readonly TranslationLine[]): ReportSection[] {
  const chosen = lines.filter(({ attention }) => attention !== undefined);
  if (chosen.length === 0) return [];
  const isCut = chosen.some(
    ({ attention }) => Math.max(attention!.source.length, attention!.target.length) > longestMap,
  );
  return [
    {
      title: 'Where words looked',
      parts: [
        note(
          `Attention of sentences spread over the test from the best to the worst: each row is a piece of the translation, its weights over the pieces of the source sum to 1.${isCut ? ` Longer sentences are drawn up to ${longestMap} pieces.` : ''}`,
        ),
        ...chosen.map(
          ({ line, bleu, attention }): ReportPart => ({
            kind: 'picture',
            picture: attentionPicture(`line ${line}, BLEU ${bleu.toFixed(1)}`, attention!),
          }),
        ),
      ],
    },
  ];
}
