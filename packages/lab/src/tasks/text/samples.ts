/** How a report shows texts: the beginning of each. */
import fs from 'node:fs';
import type { SampleForm } from '../kind.ts';

const longest = 3000;

export const textSamples: SampleForm = {
  names: /\.txt$/i,
  show(title, file) {
    const text = fs.readFileSync(file, 'utf8');
    const content = text.length > longest ? `${text.slice(0, longest)} …` : text;
    return { kind: 'document', title, content };
  },
};
