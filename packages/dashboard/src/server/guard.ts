/**
 * Who may ask what. The server listens on 127.0.0.1 alone, but any page in the user's browser can send requests there, under any name
 * that resolves to it (DNS rebinding). So the Host has to be one of this machine's own, whatever is not a plain read has to come from
 * this very page, and what changes anything needs a token that no other page and no other user knows.
 */
import { timingSafeEqual } from 'node:crypto';
import type { Context, MiddlewareHandler } from 'hono';

export interface GuardOptions {
  /** of the server; known once it listens */
  port(): number;
  token: string;
  readOnly: boolean;
}

/** In front of everything. */
export function guard({ port, token, readOnly }: GuardOptions): MiddlewareHandler {
  return async (c, next) => {
    // That of its own port is left out of a Host by browsers.
    const place = port() === 80 ? '' : `:${port()}`;
    const hosts = ['127.0.0.1', 'localhost'].map((name) => name + place);
    const origins = hosts.map((host) => `http://${host}`);
    if (!hosts.includes(c.req.header('host') ?? '')) return refuse(c, 403, 'this Host is not served');
    const isRead = c.req.method === 'GET' || c.req.method === 'HEAD';
    const origin = c.req.header('origin');
    if (origin === undefined && !isRead) {
      return refuse(c, 403, `programs say Origin: ${origins[0]} in what is not reading`);
    }
    if (origin !== undefined && !origins.includes(origin)) {
      return refuse(c, 403, 'requests of other pages are not answered');
    }
    // Pictures and scripts of the page itself say so; another page that embeds them says that, too.
    const site = c.req.header('sec-fetch-site');
    const isNavigation = c.req.header('sec-fetch-mode') === 'navigate';
    if (site !== undefined && site !== 'same-origin' && site !== 'none' && !(isNavigation && isRead)) {
      return refuse(c, 403, 'requests of other pages are not answered');
    }
    if (!isRead) {
      if (c.req.method !== 'POST') return refuse(c, 405, 'GET and POST are answered');
      if (readOnly) return refuse(c, 403, 'this dashboard was opened with --read-only');
      const given = c.req.header('x-lethe-token');
      if (given === undefined) return refuse(c, 401, tokenNeeded);
      if (!isSame(given, token))
        return refuse(c, 403, 'the token is another; open the address that lethe ui prints');
      if (!/^application\/json\b/.test(c.req.header('content-type') ?? '')) {
        return refuse(c, 415, 'the body has to be JSON');
      }
    }
    await next();
    for (const [name, value] of Object.entries(headers)) {
      if (!c.res.headers.has(name)) c.res.headers.set(name, value);
    }
  };
}

/** What a picture may do when somebody opens it alone: nothing. */
export const pictureHeaders = {
  'Content-Security-Policy': "default-src 'none'; style-src 'unsafe-inline'; sandbox",
};

// --- internal ---

const tokenNeeded = 'starting and stopping needs the token in the address that lethe ui prints';

const headers = {
  'Content-Security-Policy': [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' blob: data:",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; '),
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cache-Control': 'no-store',
};

function isSame(given: string, token: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(token)];
  return a.length === b.length && timingSafeEqual(a, b);
}

function refuse(c: Context, status: 401 | 403 | 405 | 415, error: string): Response {
  return c.json({ error }, status, headers);
}
