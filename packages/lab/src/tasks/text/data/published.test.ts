import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { DataError } from 'lethe';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { cacheDirectory } from '../../../data/directories.ts';
import { MissingDataError } from '../../../data/missing.ts';
import { useScratch } from '../../../data/scratch.suite.ts';
import { textCatalogue } from './catalogue.ts';
import { fetchText, findText, type PublishedOptions, publishedText } from './published.ts';
import { publishedTexts } from './published-data.suite.ts';

const scratch = useScratch();
const [ptb, , wikitext] = textCatalogue;
afterEach(() => vi.unstubAllGlobals());

const options = (more: PublishedOptions = {}): PublishedOptions => ({
  cwd: scratch.root,
  env: scratch.env,
  fetch: false,
  ...more,
});
const put = (folder: string): void => {
  for (const { name } of Object.values(ptb.files)) scratch.put(path.join(folder, name), '');
};

/** Answers `count` addresses with the file of their name in `folder`, unpacked; keeps what was asked for. */
function stubMirror(folder: string, count = 3): string[] {
  const asked: string[] = [];
  vi.stubGlobal('fetch', async (url: string) => {
    asked.push(url);
    const file = path.join(folder, `${path.basename(new URL(url).pathname)}.gz`);
    return asked.length <= count && existsSync(file)
      ? new Response(gunzipSync(readFileSync(file)))
      : new Response(null, { status: 404 });
  });
  return asked;
}

describe('findText', () => {
  it('looks in ./data before the cache, and in the folder of the text before the directory itself', () => {
    expect(findText(ptb, options())).toBeUndefined();
    for (const place of [
      path.relative(scratch.root, cacheDirectory(scratch.env)),
      'data',
      path.join('data', 'ptb'),
    ]) {
      put(place);
      expect(findText(ptb, options())?.train).toBe(path.join(scratch.root, place, 'ptb.train.txt'));
    }
  });

  it('takes a plain file before a packed one, each by itself', () => {
    scratch.put('data/ptb/ptb.train.txt.gz', '');
    scratch.put('data/ptb/ptb.valid.txt', '');
    scratch.put('data/ptb/ptb.test.txt', '');
    const names = () => Object.values(findText(ptb, options()) ?? {}).map((file) => path.basename(file));
    expect(names()).toEqual(['ptb.train.txt.gz', 'ptb.valid.txt', 'ptb.test.txt']);
    scratch.put('data/ptb/ptb.train.txt', '');
    expect(names()[0]).toBe('ptb.train.txt');
  });
});

describe('publishedText', () => {
  it('gives the files that are there and the published ones', async (context) => {
    const dataDir = publishedTexts(context, 'ptb');
    const found = await publishedText(ptb, options({ dataDir }));
    expect(path.basename(found.train)).toMatch(/^ptb\.train\.txt(\.gz)?$/);
  });

  it('refuses files that are not the published ones, and asks no mirror then', async () => {
    put('data');
    const asked = stubMirror('nowhere');
    const loading = publishedText(ptb, options({ fetch: true }));
    await expect(loading).rejects.toThrow(DataError);
    await expect(loading).rejects.not.toThrow(MissingDataError);
    await expect(loading).rejects.toThrow(
      /ptb\.train\.txt: not the published file of ptb: expected sha256 fcea/,
    );
    expect(asked).toEqual([]);
  });

  it('refuses a packed file that is none, or grows larger than the published one', async () => {
    put('data');
    scratch.put('data/ptb.train.txt', '');
    scratch.put('data/ptb/ptb.train.txt.gz', 'no gzip');
    await expect(publishedText(ptb, options())).rejects.toThrow(/ptb\.train\.txt\.gz: cannot be read/);
    scratch.put('data/ptb/ptb.train.txt.gz', gzipSync(new Uint8Array(5_101_619)));
    await expect(publishedText(ptb, options())).rejects.toThrow(/holds more than 5101618 bytes/);
  });

  it('says where it looked when a text is missing and must not be fetched', async () => {
    const missing = publishedText(ptb, options());
    await expect(missing).rejects.toThrow(MissingDataError);
    await expect(missing).rejects.toThrow(
      `ptb not found: looked for 'ptb.train.txt' (or .gz) in ${path.join(scratch.root, 'data')}`,
    );
  });

  it('names the files to put in place of a text that no mirror has', async () => {
    const asked = stubMirror('nowhere');
    const missing = publishedText(wikitext, options({ fetch: true }));
    await expect(missing).rejects.toThrow(MissingDataError);
    await expect(missing).rejects.toThrow(
      /no mirror is known, put wiki\.train\.tokens, wiki\.valid\.tokens, wiki\.test\.tokens there/,
    );
    expect(asked).toEqual([]);
  });

  it('fetches what is not here into the cache and finds it there the next time', async (context) => {
    const folder = path.join(publishedTexts(context, 'ptb'), 'ptb');
    if (!existsSync(path.join(folder, 'ptb.train.txt.gz'))) context.skip('no packed files to serve');
    const asked = stubMirror(folder);
    const first = await publishedText(ptb, options({ fetch: true }));
    expect(first.train).toBe(path.join(cacheDirectory(scratch.env), 'ptb', 'ptb.train.txt'));
    expect(asked).toHaveLength(3);
    expect(await publishedText(ptb, options())).toEqual(first);
    expect(asked).toHaveLength(3);
  });

  it('fetches again after a fetch that was interrupted', async (context) => {
    const folder = path.join(publishedTexts(context, 'ptb'), 'ptb');
    if (!existsSync(path.join(folder, 'ptb.train.txt.gz'))) context.skip('no packed files to serve');
    // Two files come, the third does not.
    let asked = stubMirror(folder, 2);
    await expect(publishedText(ptb, options({ fetch: true }))).rejects.toThrow(MissingDataError);
    expect(asked).toHaveLength(3);
    await expect(publishedText(ptb, options())).rejects.toThrow(MissingDataError);
    asked = stubMirror(folder);
    await publishedText(ptb, options({ fetch: true }));
    expect(asked).toHaveLength(3);
  });

  it('tells its progress over all files, and stops when it is told to', async (context) => {
    const folder = path.join(publishedTexts(context, 'ptb'), 'ptb');
    if (!existsSync(path.join(folder, 'ptb.train.txt.gz'))) context.skip('no packed files to serve');
    stubMirror(folder);
    const received: number[] = [];
    await fetchText(ptb, {
      env: scratch.env,
      onProgress: (bytes, all) => {
        // Sum of the plain sizes in the description of the data sets.
        expect(all).toBe(5_951_345);
        received.push(bytes);
      },
    });
    expect(received).toEqual(received.toSorted((a, b) => a - b));
    expect(received.at(-1)).toBe(5_951_345);
    vi.stubGlobal('fetch', async (_: string, { signal }: { signal: AbortSignal }) => {
      signal.throwIfAborted();
      return new Response(null, { status: 404 });
    });
    const stopped = fetchText(ptb, { env: scratch.env, signal: AbortSignal.abort() });
    await expect(stopped).rejects.toThrow(/abort/i);
  });

  it('says which file is missing beside the others', async (context) => {
    const folder = path.join(publishedTexts(context, 'ptb'), 'ptb');
    scratch.put('data/ptb/ptb.train.txt.gz', readFileSync(path.join(folder, 'ptb.train.txt.gz')));
    await expect(publishedText(ptb, options())).rejects.toThrow(
      /ptb\.valid\.txt: expected it \(or \.gz\) beside the other files of ptb, found none; put it there/,
    );
  });

  it('says what a mirror answered and where to put the file', async () => {
    stubMirror('nowhere');
    const loading = publishedText(ptb, options({ fetch: true }));
    await expect(loading).rejects.toThrow(MissingDataError);
    await expect(loading).rejects.toThrow(/ptb cannot be fetched: .*answered 404.*; put 'ptb\./);
  });
});
