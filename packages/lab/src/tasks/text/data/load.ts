/** A text by name: published, a file, or a folder of files. */
import path from 'node:path';
import { cacheDirectory, dataDirectories } from '../../../data/directories.ts';
import { unknownDataSet } from '../../../data/unknown.ts';
import type { DecodeOptions } from '../../../data/words/decode-text.ts';
import type { Level, Tokenizer } from '../../../data/words/types.ts';
import type { VocabularyLimits } from '../../../data/words/vocabulary.ts';
import { textCatalogue, textNames } from './catalogue.ts';
import { type CorpusFiles, readCorpus } from './corpus.ts';
import { corpusFiles } from './path.ts';
import { type PublishedOptions, publishedText } from './published.ts';
import type { TextData } from './types.ts';

export interface LoadTextOptions extends PublishedOptions, VocabularyLimits, DecodeOptions {
  /** default: that of a published text, words of others */
  level?: Level;
  /** of words; `auto`, the default: white space in a published text, what a text of one's own needs */
  tokenizer?: Tokenizer | 'auto';
  /** tokens kept in memory, the others in a file; default 32 million */
  limit?: number;
}

/**
 * Loads `ptb`, `ptb-char`, `wikitext-2`, or a path. What is found but broken is an error; nothing else is then tried.
 * @throws ConfigError for a name that is neither, DataError for what is not text, MissingDataError when a published set
 * is neither here nor to be fetched
 */
export async function loadText(name: string, options: LoadTextOptions = {}): Promise<TextData> {
  const { vocabularySize, minCount, limit, env, encoding, lineEnds } = options;
  // A place that was named and is none is a mistake, whether this text lies there or not.
  dataDirectories(options);
  const entry = textCatalogue.find((known) => known.name === name);
  const level = options.level ?? entry?.level ?? 'word';
  const folder = path.join(cacheDirectory(env), 'tokens');
  let tokenizer = options.tokenizer ?? 'auto';
  const notes: string[] = [];
  let files: CorpusFiles;
  let source = name;
  if (entry) {
    const { train, valid, test } = await publishedText(entry, options);
    files = { train: [train], valid: [valid], test: [test] };
    source = path.dirname(train);
    if (tokenizer === 'auto') tokenizer = 'whitespace';
  } else {
    const found = corpusFiles(path.resolve(options.cwd ?? '', name));
    if (!found) throw unknownDataSet(name, textNames, ', or the path of a text file or folder');
    files = found.files;
    notes.push(...found.notes);
  }
  const settings = { level, tokenizer, vocabularySize, minCount, limit, folder, encoding, lineEnds };
  const corpus = readCorpus(name, files, { ...settings, trim: entry !== undefined });
  return { name, source, level, ...corpus, notes: [...notes, ...corpus.notes] };
}
