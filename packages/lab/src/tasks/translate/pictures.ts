/** Pictures of translations whose references are known: where each word looked, and how uncertainty and BLEU go together. */
import { pictureHeight, pictureWidth } from '../../pictures/curves.ts';
import { heatMap } from '../../pictures/heat-map.ts';
import { dataOf, type Picture } from '../../pictures/picture.ts';
import { seriesColour } from '../../pictures/svg/colour.ts';
import { figure } from '../../pictures/svg/figure.ts';
import type { Mark } from '../../pictures/svg/mark.ts';
import { panel } from '../../pictures/svg/panel.ts';
import type { AttentionMap } from './translations-file.ts';

/** Longer sentences are drawn up to here. */
export const longestMap = 40;

/** The weights of attention: a row each piece of the translation, from above, a column each piece of the source. */
export function attentionPicture(title: string, { source, target, weights }: AttentionMap): Picture {
  const columns = source.slice(0, longestMap);
  // Rows of a heat map are counted from below.
  const rows = target.slice(0, longestMap).toReversed();
  const shown = weights.slice(0, longestMap).toReversed();
  return heatMap({
    title,
    x: { label: 'source, piece by piece', name: 'source', values: columns.map(shownPiece) },
    y: { label: 'translation, from above', name: 'translation', values: rows.map(shownPiece) },
    label: 'weight of attention',
    column: 'weight',
    values: shown.map((row) => row.slice(0, longestMap)),
  });
}

/** BLEU of sentences over a figure that says how unsure the model was. */
export function uncertaintyPicture(
  label: string,
  uncertainty: readonly number[],
  bleu: readonly number[],
): Picture {
  const title = `BLEU over ${label}`;
  const [xs, ys] = meansOfTenths(uncertainty, bleu);
  const marks: Mark[] = [
    {
      kind: 'points',
      name: 'a sentence',
      colour: seriesColour(0),
      x: [...uncertainty],
      y: [...bleu],
      size: 1.5,
    },
    {
      kind: 'line',
      name: 'mean of a tenth of the sentences',
      colour: seriesColour(1),
      width: 2,
      x: xs,
      y: ys,
    },
  ];
  const drawing = panel({
    ...{ width: pictureWidth, height: pictureHeight, title, marks },
    x: { label },
    y: { label: 'BLEU of the sentence', domain: [0, 103] },
  });
  return {
    title,
    svg: figure([drawing], { label: title }),
    drawing,
    data: dataOf(marks, 'uncertainty', 'bleu'),
  };
}

/** How sentences of each BLEU there are. */
export function bleuPicture(bleu: readonly number[]): Picture {
  const title = 'BLEU of the sentences';
  const counts = new Array<number>(20).fill(0);
  for (const value of bleu) counts[Math.min(19, Math.floor(value / 5))]++;
  const marks: Mark[] = [
    {
      ...{ kind: 'bars', colour: seriesColour(0), width: 4.6, name: `${bleu.length} sentences` },
      x: counts.map((_, i) => 5 * i + 2.5),
      y: counts,
    },
  ];
  const drawing = panel({
    ...{ width: pictureWidth, height: pictureHeight, title, marks },
    x: { label: 'BLEU of the sentence', domain: [0, 100] },
    y: { label: 'sentences' },
  });
  return {
    title,
    svg: figure([drawing], { label: title }),
    drawing,
    data: dataOf(marks, 'bleu', 'sentences'),
  };
}

// --- internal ---

/** A space is seen as one, where it ends a piece and where it is one. */
const shownPiece = (piece: string): string => (piece.trim() === '' ? '␣' : piece.trim());

/** Means of both over the sentences in tenths, the surest first. */
function meansOfTenths(uncertainty: readonly number[], bleu: readonly number[]): [number[], number[]] {
  const order = Array.from(uncertainty.keys()).sort((a, b) => uncertainty[a] - uncertainty[b]);
  const parts = Math.min(10, order.length);
  const [xs, ys]: [number[], number[]] = [[], []];
  for (let part = 0; part < parts; part++) {
    const own = order.slice((part * order.length) / parts, ((part + 1) * order.length) / parts);
    xs.push(own.reduce((sum, i) => sum + uncertainty[i], 0) / own.length);
    ys.push(own.reduce((sum, i) => sum + bleu[i], 0) / own.length);
  }
  return [xs, ys];
}
