/** Writes the tables of the corpus that are made by a seed: `node --conditions lethe-source --import tsx corpus/make.mts`. */
import { writeFileSync } from 'node:fs';
import { makeReviews } from '../packages/lab/src/data/examples/reviews.ts';
import { makeSales } from '../packages/lab/src/data/examples/sales.ts';

writeFileSync(new URL('reviews.csv', import.meta.url), makeReviews());
writeFileSync(new URL('sales.csv', import.meta.url), makeSales());
