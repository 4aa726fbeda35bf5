/** For tests: a headless Chromium of the system, and folders served with the headers that isolate a page or without. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';
import { type Browser, chromium } from 'playwright-core';

/** The command of the system's browser, or undefined where there is none. */
export const command = ['chromium', 'chromium-browser', 'google-chrome'].find(
  (name) => spawnSync(name, ['--version']).status === 0,
);

/** What a suite in a browser is called. */
export const inBrowser = command ?? 'skipped: there is no Chromium';

/** A browser with an empty profile. */
export function launch(...args: string[]): Promise<Browser> {
  const path = spawnSync('sh', ['-c', `command -v ${command}`], { encoding: 'utf8' }).stdout.trim();
  return chromium.launch({
    executablePath: path,
    args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', ...args],
  });
}

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.mjs': 'text/javascript',
  '.css': 'text/css',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.wasm': 'application/wasm',
};

/** What a static host does: gives the files of a folder, and a page of its own for what is not there. */
export async function host(
  folder: string,
  { isolated = false, files = {} }: { isolated?: boolean; files?: Readonly<Record<string, string>> } = {},
): Promise<{ url: string; close(): void }> {
  const isolating = {
    'Cross-Origin-Opener-Policy': 'same-origin',
    'Cross-Origin-Embedder-Policy': 'require-corp',
  };
  const server = createServer((request, response) => {
    const name = (request.url ?? '/').replace(/\?.*/, '').slice(1) || 'index.html';
    let [status, content]: [number, string | Buffer] = [200, files[name] ?? ''];
    let type = types[extname(name)] ?? 'text/plain';
    if (!(name in files)) {
      try {
        content = readFileSync(join(folder, name));
      } catch {
        [status, content, type] = [404, '<!doctype html><title>404</title>', 'text/html'];
      }
    }
    response.writeHead(status, { ...(isolated && isolating), 'Content-Type': type });
    response.end(content);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}
