import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ConfigError, DataError } from 'lethe';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { cacheDirectory } from '../../../data/directories.ts';
import { tinyMusicFile } from '../../../data/formats/matlab5-writer.suite.ts';
import { writeMidi } from '../../../data/formats/midi-writer.ts';
import { MissingDataError } from '../../../data/missing.ts';
import { type LoadMusicOptions, loadMusic } from './dataset.ts';
import { publishedData } from './published-data.suite.ts';

let root = '';
/** Looks and writes only below `root`, and fetches nothing. */
let options: LoadMusicOptions;
let server: Server | undefined;

beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), 'lethe-load-'));
  options = {
    cwd: root,
    env: { HOME: root, XDG_CACHE_HOME: path.join(root, 'cache'), LOCALAPPDATA: root },
    fetch: false,
  };
});
afterEach(() => {
  server?.close();
  server = undefined;
  rmSync(root, { recursive: true, force: true });
});

describe('loadMusic', () => {
  it('loads a published set from where it is', async (context) => {
    const directory = publishedData(context);
    const data = await loadMusic('jsb-chorales', { ...options, dataDir: directory });
    expect(data).toMatchObject({ name: 'jsb-chorales', stepsPerQuarter: 1 });
    expect(data.source).toBe(path.join(directory, 'polyphonic', 'JSB_Chorales.mat'));
    // The first chord of the first chorale of the test set, as the published pickle begins.
    expect(data.splits.test[0].frames[0]).toEqual([72, 76, 79, 84]);
  });

  it('fetches a set that is not here into the cache and finds it there the next time', async (context) => {
    const content = readFileSync(path.join(publishedData(context), 'polyphonic', 'JSB_Chorales.mat'));
    let requests = 0;
    server = createServer((_, response) => {
      requests++;
      response.end(content);
    });
    await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
    const mirror = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const lines: string[] = [];
    const fetching = { mirrors: [mirror] };
    const log = (line: string): void => void lines.push(line);
    const first = await loadMusic('jsb-chorales', { ...options, fetch: true, fetching, log });
    const cached = path.join(cacheDirectory(options.env), 'polyphonic', 'JSB_Chorales.mat');
    expect(first.source).toBe(`${mirror}/JSB_Chorales.mat, now ${cached}`);
    expect(lines[0]).toMatch(/^jsb-chorales: looked for 'JSB_Chorales\.mat'/);
    const second = await loadMusic('jsb-chorales', options);
    expect(second.source).toBe(cached);
    expect(second.splits).toEqual(first.splits);
    expect(requests).toBe(1);
  });

  it('says what it looked for and where when a set is missing and must not be fetched', async () => {
    const missing = loadMusic('musedata', options);
    await expect(missing).rejects.toThrow(MissingDataError);
    await expect(missing).rejects.toMatchObject({ code: 'E_DATA' });
    await expect(missing).rejects.toThrow(
      `looked for 'MuseData.mat' or 'MuseData.pickle' (or .gz) in ${path.join(root, 'data')}`,
    );
  });

  it('never falls back from a file that is there and broken', async () => {
    const broken = path.join(root, 'data', 'Nottingham.mat');
    mkdirSync(path.dirname(broken));
    // Behind it lies another form, and a mirror could be asked: neither is.
    writeFileSync(path.join(root, 'data', 'Nottingham.pickle'), '');
    writeFileSync(broken, tinyMusicFile().subarray(0, 300));
    const loading = loadMusic('nottingham', {
      ...options,
      fetch: true,
      fetching: { mirrors: ['http://127.0.0.1:1'] },
    });
    await expect(loading).rejects.toThrow(DataError);
    await expect(loading).rejects.toThrow(/Nottingham\.mat.*cut short/);
    await expect(loading).rejects.not.toThrow(MissingDataError);
    rmSync(broken);
    writeFileSync(path.join(root, 'data', 'Nottingham.pickle'), 'cposix\nsystem\n(U\x04true\x85R.');
    await expect(loadMusic('nottingham', options)).rejects.toThrow(
      /Nottingham\.pickle, byte 0: .* posix\.system/,
    );
  });

  it('loads the embedded corpus', async () => {
    const data = await loadMusic('folk', options);
    expect(data.name).toBe('folk');
    // The corpus promises 32 tunes at least.
    const { train, valid, test } = data.splits;
    expect(train.length + valid.length + test.length).toBeGreaterThanOrEqual(32);
    expect(Math.min(valid.length, test.length)).toBeGreaterThanOrEqual(1);
  });

  it('loads a directory of MIDI files', async () => {
    for (const name of ['a', 'b', 'c']) {
      writeFileSync(path.join(root, `${name}.mid`), writeMidi([[60], [62]], { stepsPerQuarter: 1 }));
    }
    const data = await loadMusic(root, { ...options, stepsPerQuarter: 1 });
    expect(data.splits.valid[0].frames).toEqual([[60], [62]]);
  });

  it('refuses a name that is neither a set nor a directory, with the nearest one', async () => {
    await expect(loadMusic('notingham', options)).rejects.toThrow(ConfigError);
    await expect(loadMusic('notingham', options)).rejects.toThrow(
      /unknown data set 'notingham': expected jsb-chorales, .*, folk, or a folder or file of music; did you mean 'nottingham'\?/,
    );
    const file = path.join(root, 'x.mid');
    writeFileSync(file, '');
    await expect(loadMusic(path.join(file, 'below'), options)).rejects.toThrow(ConfigError);
  });

  it("puts music of one's own on the grid asked for, and refuses one that a set does not have", async () => {
    expect((await loadMusic('folk', { ...options, stepsPerQuarter: 2 })).stepsPerQuarter).toBe(2);
    await expect(loadMusic('folk', { ...options, stepsPerQuarter: 4 })).rejects.toThrow(
      /folk comes with 2, found 4; leave it out/,
    );
    await expect(loadMusic('folk', { ...options, stepsPerQuarter: 4 })).rejects.toThrow(ConfigError);
  });
});
