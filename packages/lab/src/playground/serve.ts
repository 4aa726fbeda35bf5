/** A server of a fixed list of files on 127.0.0.1, cross-origin isolated, so that the page has all cores. */
import fs from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { LetheError } from 'lethe';
import { systemCode } from '../files/system-error.ts';

/** What makes a page cross-origin isolated. */
export const isolating = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
} as const;

/** The port that is taken when none is asked for: browsers keep runs by it. */
const usualPort = 8477;

/**
 * Serves the files until it is closed.
 * @param port 0: a free one. @defaultValue 8477, and where that is taken a free one
 * @throws LetheError `E_IO` where the port cannot be had
 */
export async function serveFiles(
  files: ReadonlyMap<string, string>,
  port?: number,
): Promise<{ url: string; close(): Promise<void> }> {
  const server = createServer((request, response) => {
    const name = nameOf(request.url ?? '/');
    const file = files.get(name);
    const [status, content] =
      request.method !== 'GET' && request.method !== 'HEAD'
        ? [405, 'the playground gives files and takes none\n']
        : file === undefined
          ? [404, 'the playground has no such file\n']
          : [200, fs.readFileSync(file)];
    response.writeHead(status, {
      ...isolating,
      'Cross-Origin-Resource-Policy': 'same-origin',
      'Content-Security-Policy': policy,
      'Content-Type':
        status === 200
          ? (types[path.extname(name)] ?? 'text/plain; charset=utf-8')
          : 'text/plain; charset=utf-8',
      'Content-Length': Buffer.byteLength(content),
      'Cache-Control': 'no-cache',
      'X-Content-Type-Options': 'nosniff',
      ...(status === 405 && { Allow: 'GET, HEAD' }),
    });
    response.end(request.method === 'HEAD' ? undefined : content);
  });
  try {
    await listen(server, port ?? usualPort);
  } catch (error) {
    const isTaken = systemCode(error) === 'EADDRINUSE';
    if (!isTaken || port !== undefined) {
      const reason = isTaken ? 'another program has it' : (error as Error).message;
      throw new LetheError(
        'E_IO',
        `port ${port ?? usualPort} cannot be had (${reason}); name another with --port`,
        {
          cause: error,
        },
      );
    }
    await listen(server, 0);
  }
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

// --- internal ---

/** The page asks nobody else; its workers are its own, or made by the engine (blob:). */
const policy =
  "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self' blob:; style-src 'self'; img-src 'self' data:; connect-src 'self'; frame-ancestors 'none'";

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
};

function nameOf(url: string): string {
  return url.replace(/[?#].*$/s, '').slice(1) || 'index.html';
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      server.off('error', reject);
      resolve();
    });
  });
}
