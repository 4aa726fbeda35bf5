import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ConfigError, DataError, LetheError } from 'lethe';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { download } from '../../../data/download.ts';
import { tinyMusicFile } from '../../../data/formats/matlab5-writer.suite.ts';
import { MissingDataError } from '../../../data/missing.ts';
import type { CatalogueEntry } from './catalogue.ts';
import { fetchEntry, fetchMusic } from './fetch.ts';

const content = tinyMusicFile();
const bytes = content.length;
const sha256 = createHash('sha256').update(content).digest('hex');

/** What the server answers, by path. */
const answers: Record<string, RequestListener> = {
  '/good': (_, response) => response.end(content),
  '/wrong': (_, response) => response.end(Buffer.from(content).fill(1, 200, 201)),
  '/short': (_, response) => response.end(content.subarray(0, bytes - 1)),
  '/cut': (_, response) => {
    response.writeHead(200, { 'content-length': bytes });
    response.write(content.subarray(0, 100), () => response.destroy());
  },
  '/endless': (_, response) => {
    const block = Buffer.alloc(65_536);
    const more = (): void => void (response.writable && response.write(block, () => setImmediate(more)));
    more();
  },
  '/moved': (_, response) => response.writeHead(302, { location: '/good' }).end(),
  '/circle': (_, response) => response.writeHead(302, { location: '/circle' }).end(),
  '/silent': () => {},
  '/stalled': (_, response) => void response.write(content.subarray(0, 100)),
  '/drip': (_, response) => {
    let at = 0;
    const timer = setInterval(() => response.write(content.subarray(at, ++at)), 20);
    response.on('close', () => clearInterval(timer));
  },
};

let server: Server;
let base = '';
let asked: string[] = [];
let folder = '';

beforeAll(async () => {
  server = createServer((request, response) => {
    asked.push(request.url as string);
    const answer = answers[request.url as string];
    if (answer) answer(request, response);
    else response.writeHead(404).end('no such file');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});
beforeEach(() => {
  asked = [];
  folder = mkdtempSync(path.join(tmpdir(), 'lethe-fetch-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const target = (): string => path.join(folder, 'new', 'file.mat');
const get = (url: string, options = {}): Promise<void> =>
  download(base + url, target(), { bytes, sha256, ...options });

/** Awaits a failure, checks its kind, that nothing was left behind, and gives its text. */
async function failure(
  promise: Promise<unknown>,
  kind: new (...args: never[]) => LetheError = DataError,
): Promise<string> {
  const error = await promise.then(
    () => expect.unreachable('nothing was thrown'),
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(kind);
  const left = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  );
  expect(left.map(({ name }) => name)).toEqual([]);
  return (error as Error).message;
}

describe('download', () => {
  it('puts a good file in its place, tells the progress and leaves nothing else', async () => {
    const progress: [number, number][] = [];
    await get('/good', { onProgress: (...at: [number, number]) => progress.push(at) });
    expect(readFileSync(target())).toEqual(content);
    expect(readdirSync(path.dirname(target()))).toEqual(['file.mat']);
    expect(progress.at(-1)).toEqual([bytes, bytes]);
  });

  it('follows redirects, but not for ever', async () => {
    await get('/moved');
    expect(readFileSync(target())).toEqual(content);
    rmSync(target());
    expect(await failure(get('/circle'))).toMatch(/\/circle: redirect count exceeded/);
  });

  it('replaces a file only by a whole one', async () => {
    mkdirSync(path.dirname(target()));
    writeFileSync(target(), 'old');
    await expect(get('/wrong')).rejects.toThrow(DataError);
    expect(readFileSync(target(), 'utf8')).toBe('old');
    await get('/good');
    expect(readFileSync(target())).toEqual(content);
  });

  it('refuses a wrong checksum', async () => {
    expect(await failure(get('/wrong'))).toMatch(
      new RegExp(`/wrong: expected sha256 ${sha256}, got [0-9a-f]{64}$`),
    );
  });

  it('refuses a file that is too short, whether the server says so or not', async () => {
    expect(await failure(get('/short'))).toMatch(`/short: expected ${bytes} bytes, got ${bytes - 1}`);
    expect(await failure(get('/cut'))).toMatch(/\/cut: (other side closed|terminated)/);
  });

  it('stops reading a file that is too long', async () => {
    expect(await failure(get('/endless'))).toMatch(`/endless: expected ${bytes} bytes, got more`);
  });

  it('names the status of a refusal', async () => {
    expect(await failure(get('/nothing'))).toMatch(/\/nothing: answered 404 Not Found$/);
  });

  it('gives up on silence, before the answer and in its middle, and on dripping', async () => {
    expect(await failure(get('/silent', { idleTimeout: 100 }))).toMatch(/\/silent: no answer for 0\.1 s/);
    expect(await failure(get('/stalled', { idleTimeout: 100 }))).toMatch(/\/stalled: no answer for 0\.1 s/);
    expect(await failure(get('/drip', { idleTimeout: 5000, timeout: 200 }))).toMatch(
      /\/drip: took longer than 0\.2 s/,
    );
  });

  it('names a host that is not there', async () => {
    // Port 1 of this machine is closed.
    const nowhere = download('http://127.0.0.1:1/x', target(), { bytes, sha256 });
    expect(await failure(nowhere)).toMatch(/127\.0\.0\.1:1/);
  });

  it('stops when told to', async () => {
    const stop = new AbortController();
    const running = get('/stalled', { signal: stop.signal });
    setTimeout(() => stop.abort(new LetheError('E_STOP', 'stopped')), 50);
    expect(await failure(running, LetheError)).toBe('stopped');
  });

  it('says that the place cannot be written', async () => {
    const blocked = path.join(folder, 'blocked');
    writeFileSync(blocked, '');
    const error = await download(`${base}/good`, path.join(blocked, 'x.mat'), { bytes, sha256 }).catch(
      (reason) => reason,
    );
    expect(error).toMatchObject({ code: 'E_IO' });
    expect(error.message).toMatch(/^cannot write .*blocked/);
  });
});

describe('fetchEntry', () => {
  const entry = (...paths: string[]): CatalogueEntry => ({
    name: 'tiny',
    title: 'tiny',
    stepsPerQuarter: 2,
    licence: 'none',
    files: [{ form: 'mat', names: ['Tiny.mat'], bytes, sha256, urls: paths.map((url) => base + url) }],
    counts: {
      train: { sequences: 2, steps: 4, notes: 5 },
      valid: { sequences: 1, steps: 2, notes: 2 },
      test: { sequences: 1, steps: 3, notes: 4 },
    },
  });

  it('goes from mirror to mirror until one has the file, and says so', async () => {
    const lines: string[] = [];
    const log = (line: string): void => void lines.push(line);
    const { file, url } = await fetchEntry(entry('/nothing', '/wrong', '/silent', '/moved', '/short'), {
      to: folder,
      log,
      idleTimeout: 500,
    });
    expect(url).toBe(`${base}/moved`);
    expect(file.path).toBe(path.join(folder, 'polyphonic', 'Tiny.mat'));
    expect(readFileSync(file.path)).toEqual(content);
    expect(asked).toEqual(['/nothing', '/wrong', '/silent', '/moved', '/good']);
    expect(lines.filter((line) => line.startsWith('fetching'))).toHaveLength(4);
    expect(lines[1]).toBe(`${base}/nothing: answered 404 Not Found`);
  });

  it('names every kind of failure once, and where to put the file, when no mirror has it', async () => {
    const text = await failure(
      fetchEntry(entry('/nothing', '/nowhere', '/short'), { to: folder }),
      MissingDataError,
    );
    const host = new URL(base).host;
    expect(text).toBe(
      `tiny cannot be fetched: ${host}: answered 404 Not Found; ${host}: expected ${bytes} bytes, got ${bytes - 1}; ` +
        `put 'Tiny.mat' (${base}/nothing) into ${path.join(folder, 'polyphonic')} or a directory given by --data`,
    );
  });

  it('does not blame the mirrors for a disk that cannot be written', async () => {
    writeFileSync(path.join(folder, 'polyphonic'), '');
    const error = await fetchEntry(entry('/good', '/good'), { to: folder }).catch((reason) => reason);
    expect(error).toMatchObject({ code: 'E_IO' });
    expect(asked).toEqual(['/good']);
  });
});

describe('fetchMusic', () => {
  it('asks the given mirrors for the files of the catalogue, the small one first', async () => {
    const text = await failure(
      fetchMusic('jsb-chorales', { to: folder, mirrors: [`${base}/a/`, base] }),
      MissingDataError,
    );
    expect(text).toMatch(/^jsb-chorales cannot be fetched/);
    expect(asked).toEqual([
      '/a/JSB_Chorales.mat',
      '/JSB_Chorales.mat',
      '/a/JSB%20Chorales.pickle',
      '/JSB%20Chorales.pickle',
    ]);
    expect(existsSync(path.join(folder, 'polyphonic'))).toBe(false);
  });

  it('refuses names that cannot be fetched', async () => {
    await expect(fetchMusic('jsb-choral', { to: folder })).rejects.toThrow(ConfigError);
    await expect(fetchMusic('jsb-choral', { to: folder })).rejects.toThrow(/did you mean 'jsb-chorales'\?/);
    await expect(fetchMusic('folk', { to: folder })).rejects.toThrow(/nothing to fetch/);
  });
});
