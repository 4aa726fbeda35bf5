/**
 * A case for `pytorch_translate.py --check`: a small translation model without noise, its loss and gradients on a padded batch, and what it says
 * by beam 5, as JSON.
 *
 *     node bench/peers/translate-case.mjs CASE.json
 */
import { writeFileSync } from 'node:fs';
import {
  gradients,
  NoiseStream,
  padWords,
  recurrentToTorch,
  scoped,
  specialTokens,
  translate,
  translationModel,
} from 'lethe';

const sizes = { source: 40, target: 50, embedding: 12, hidden: 20 };
const [file] = process.argv.slice(2);
if (file === undefined) {
  console.error(
    'translate-case: expected a file to write, as in: node bench/peers/translate-case.mjs CASE.json',
  );
  process.exit(2);
}

const stream = new NoiseStream(7);
const side = (vocabulary) => ({ vocabulary, embedding: sizes.embedding, hiddenSizes: [sizes.hidden] });
const model = translationModel(
  {
    source: side(sizes.source),
    target: side(sizes.target),
    cell: 'gru',
    attention: 'additive',
    embeddingLimit: 1,
  },
  stream,
);
const draws = (entry, count, below) =>
  Array.from(stream.uniforms({ site: 'sample', entry }, count, 3, below), Math.floor);
const lengths = [5, 9, 2, 7, 7];
const { begin, end } = specialTokens;
const sources = lengths.map((length, n) => [...draws(n, length, sizes.source), end]);
const said = lengths.map((length, n) => draws(8 + n, length + (n % 3), sizes.target));
const source = padWords(sources);
const input = padWords(said.map((one) => [begin, ...one]));
const targets = padWords(said.map((one) => [...one, end]));
const batch = {
  ...{ source: source.x, sourceLengths: source.lengths, input: input.x },
  ...{ targets: Int32Array.from(targets.x.words), targetLengths: targets.lengths },
};
const maxLength = Int32Array.from(lengths, (length) => length + 6);

const tensors = Object.values(model.parameters);
const plain = ({ shape, data }) => ({ shape: [...shape], data: Array.from(data) });
/** Arrays under the names of PyTorch's layers; `of` gives that of a parameter. */
function named(of) {
  const arrays = {};
  const layer = ({ parameters }, index, prefix) => {
    const own = Object.fromEntries(Object.entries(parameters).map(([name, tensor]) => [name, of(tensor)]));
    Object.assign(arrays, recurrentToTorch(own, index, prefix));
  };
  for (const one of model.encoder.stack.layers)
    layer(one, one.options.direction === 1 ? '0_reverse' : 0, 'encoder.');
  layer(model.decoder.layers[0], 0, 'decoder.');
  for (const [name, tensor] of Object.entries(model.parameters))
    if (!/^(encoder|decoder)\./.test(name)) arrays[name] = of(tensor);
  return Object.fromEntries(Object.entries(arrays).map(([name, array]) => [name, plain(array)]));
}

const content = scoped(() => {
  const { loss, gradients: slopes } = gradients(tensors, () => model.loss(batch).loss);
  const slopeOf = new Map(tensors.map((tensor, i) => [tensor, slopes[i]]));
  const translations = translate(
    model,
    { source: source.x, lengths: source.lengths },
    { beam: 5, lengthPenalty: 1, maxLength },
  );
  return {
    sizes,
    weights: named((tensor) => tensor),
    gradients: named((tensor) => slopeOf.get(tensor)),
    batch: {
      rows: lengths.length,
      source: Array.from(source.x.words),
      sourceLengths: Array.from(source.lengths),
      input: Array.from(input.x.words),
      targets: Array.from(targets.x.words),
      targetLengths: Array.from(targets.lengths),
    },
    loss,
    maxLength: Array.from(maxLength),
    translations: translations.map(([{ tokens, score }]) => ({ tokens: Array.from(tokens), score })),
  };
});
writeFileSync(file, JSON.stringify(content));
