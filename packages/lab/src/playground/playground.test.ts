import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { captured, lethe } from '../cli/testing.suite.ts';
import { pageFiles, writePage } from './files.ts';
import { serveFiles } from './serve.ts';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lethe-playground-'));
const page = path.join(folder, 'page');
const texts = { 'index.html': '<!doctype html>', 'page.js': '1', 'tunes.json': '{}', 'chunk-AAAA.js': '2' };
beforeAll(() => {
  fs.mkdirSync(page);
  for (const [name, text] of Object.entries(texts)) fs.writeFileSync(path.join(page, name), text);
});
afterAll(() => fs.rmSync(folder, { recursive: true }));

describe('the server of the playground', () => {
  it('gives its files and no others, so that the page is cross-origin isolated', async () => {
    const { url, close } = await serveFiles(pageFiles(page), 0);
    try {
      expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/$/);
      const index = await fetch(`${url}?x=1`);
      expect(await index.text()).toBe(texts['index.html']);
      expect(index.headers.get('content-type')).toBe('text/html; charset=utf-8');
      expect(index.headers.get('cross-origin-opener-policy')).toBe('same-origin');
      expect(index.headers.get('cross-origin-embedder-policy')).toBe('require-corp');
      expect(index.headers.get('content-security-policy')).toMatch(/connect-src 'self'/);
      const script = await fetch(`${url}page.js`, { method: 'HEAD' });
      expect([script.status, await script.text(), script.headers.get('content-length')]).toEqual([
        200,
        '',
        '1',
      ]);
      for (const name of ['nothing', '../secret', '%2e%2e/secret', 'page.js/', '__proto__', '%']) {
        expect((await fetch(url + name)).status, name).toBe(404);
      }
      expect((await fetch(url, { method: 'POST', body: 'x' })).status).toBe(405);
    } finally {
      await close();
    }
  });

  it('says so where a port that was asked for is taken', async () => {
    const first = await serveFiles(pageFiles(page), 0);
    const port = Number(new URL(first.url).port);
    await expect(serveFiles(pageFiles(page), port)).rejects.toThrow(
      `port ${port} cannot be had (another program has it); name another with --port`,
    );
    await first.close();
  });
});

describe('the folder for a static host', () => {
  it('is made with what lies above it, and once more in place of an older one, of which no part stays', () => {
    const out = path.join(folder, 'deep', 'public');
    writePage(pageFiles(page), out);
    for (const [name, text] of Object.entries(texts)) {
      expect(fs.readFileSync(path.join(out, name), 'utf8')).toBe(text);
    }
    fs.writeFileSync(path.join(out, 'chunk-OLD1.js'), 'old');
    fs.writeFileSync(path.join(out, 'index.html'), 'old');
    fs.writeFileSync(path.join(out, 'robots.txt'), 'somebody else put it there');
    writePage(pageFiles(page), out);
    expect(fs.readdirSync(out).sort()).toEqual([...Object.keys(texts), 'robots.txt'].sort());
    expect(fs.readFileSync(path.join(out, 'index.html'), 'utf8')).toBe(texts['index.html']);
  });

  it('is refused where other files are, and where a file is in its place', () => {
    const out = path.join(folder, 'mine');
    fs.mkdirSync(out);
    fs.writeFileSync(path.join(out, 'thesis.tex'), '');
    expect(() => writePage(pageFiles(page), out)).toThrow(/found thesis.tex in it; name another folder/);
    expect(fs.readdirSync(out)).toEqual(['thesis.tex']);
    expect(() => writePage(pageFiles(page), path.join(out, 'thesis.tex'))).toThrow(/cannot make/);
  });

  it('needs a page that was built', () => {
    expect(() => pageFiles(path.join(folder, 'nowhere'))).toThrow(/npm run build/);
  });
});

describe.skipIf(!fs.existsSync(new URL('../../dist/page/index.html', import.meta.url)))(
  'lethe playground (with the page that npm run build made)',
  () => {
    it('--out writes a folder and says which headers bring threads', async () => {
      const out = path.join(folder, 'written');
      const { code, out: said } = await lethe('playground', '--out', out);
      expect(code).toBe(0);
      expect(said).toContain('Cross-Origin-Opener-Policy: same-origin');
      expect(said).toContain('Cross-Origin-Embedder-Policy: require-corp');
      const names = fs.readdirSync(out);
      for (const name of ['index.html', 'page.js', 'worker.js', 'tunes.json', 'style.css', '_headers']) {
        expect(names).toContain(name);
      }
      const json = await lethe('playground', '--out', out, '--json');
      expect(JSON.parse(json.out)).toMatchObject({ out, files: names.sort() });
    });

    it('serves until Ctrl-C, and ends with 130', async () => {
      const { main } = await import('../cli/main.ts');
      const streams = captured();
      const ended = main(['playground', '--port', '0', '--json'], streams.io);
      const until = Date.now() + 20_000;
      while (!streams.out().includes('\n') && Date.now() < until) {
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
      const { url } = JSON.parse(streams.out()) as { url: string };
      expect(await (await fetch(url)).text()).toContain('<title>Lethe playground</title>');
      streams.interrupt();
      expect(await ended).toBe(130);
      await expect(fetch(url)).rejects.toThrow();
    });

    it('refuses a port that is none', async () => {
      const { code, err } = await lethe('playground', '--port', '70000');
      expect({ code, err }).toMatchObject({ code: 2, err: expect.stringContaining('at most 65535') });
    });
  },
);
