/** Who is answered, and who is not. */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { Hono } from 'hono';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { guard } from './guard.ts';
import { epoch, host, makeRun, type Opened, openApp, origin, token } from './testing.suite.ts';

let root: string;
let opened: Opened;
let id: string;
beforeAll(async () => {
  root = fs.mkdtempSync(path.join(os.tmpdir(), 'lethe-guard-'));
  makeRun(root, 'run', [epoch(1, 10, 11, true)]);
  opened = await openApp(root);
  id = opened.id('run');
});
afterAll(() => fs.rmSync(root, { recursive: true }));

const start = { target: 'music/folk' };

describe('a request under another name', () => {
  it.each([
    'evil.example:7007',
    'evil.example',
    '127.0.0.1:80',
    '127.0.0.1',
    '0.0.0.0:7007',
    '',
    'localhost.evil.example:7007',
    '127.0.0.1:7007.evil.example',
  ])('as DNS rebinding makes it, %j, is not answered', async (name) => {
    for (const address of ['/', '/api/runs', '/api/events', `/api/runs/${id}`]) {
      const response = await opened.hono.request(address, { headers: { host: name } });
      expect(response.status, address).toBe(403);
      expect(await response.text()).not.toContain('nll');
    }
  });

  it('is answered as 127.0.0.1 and as localhost', async () => {
    for (const name of [host, 'localhost:7007']) {
      expect((await opened.hono.request('/api/runs', { headers: { host: name } })).status).toBe(200);
    }
  });
});

it('on port 80 the name alone is a Host, as browsers send it', async () => {
  const at80 = new Hono()
    .use(guard({ port: () => 80, token, readOnly: true }))
    .get('/', (c) => c.text('here'));
  const status = async (name: string) => (await at80.request('/', { headers: { host: name } })).status;
  expect(await Promise.all(['127.0.0.1', 'localhost', 'evil.example'].map(status))).toEqual([200, 200, 403]);
});

describe('the stream of events', () => {
  it('has no listener for a request that reads no body', async () => {
    const response = await opened.hono.request('/api/events', { method: 'HEAD', headers: { host } });
    expect([response.status, opened.feed.listeners]).toEqual([200, 0]);
  });

  it('keeps a bounded number of events for a page that does not read, and tells it to begin anew', async () => {
    const response = await opened.get('/api/events');
    await vi.waitFor(() => expect(opened.feed.listeners).toBe(1));
    for (let n = 0; n < 5000; n++) opened.feed.tell({ type: 'gone', id: String(n) });
    const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
    let text = '';
    while (!text.includes('"id":"4999"')) text += (await reader.read()).value;
    await reader.cancel();
    expect(text).toContain('event: reset');
    expect(text.split('event: gone').length).toBeLessThan(2100);
  });
});

describe('a request of another page', () => {
  it.each([
    'http://evil.example',
    'null',
    'http://127.0.0.1:8000',
    'https://127.0.0.1:7007',
    'http://localhost:70071',
  ])('from %s reads and changes nothing', async (other) => {
    expect((await opened.get('/api/runs', { origin: other })).status).toBe(403);
    expect((await opened.post('/api/start', start, { origin: other })).status).toBe(403);
    expect((await opened.post('/api/resolve', start, { origin: other })).status).toBe(403);
  });

  it('without an Origin changes nothing either', async () => {
    const response = await opened.hono.request('/api/resolve', {
      method: 'POST',
      headers: { host, 'content-type': 'application/json', 'x-lethe-token': token },
      body: JSON.stringify(start),
    });
    expect(response.status).toBe(403);
    expect(await response.json()).toEqual({ error: expect.stringContaining(`Origin: ${origin}`) });
  });

  it('as a picture or a script in it is not answered; a link to the dashboard is', async () => {
    const cross = { 'sec-fetch-site': 'cross-site' };
    expect((await opened.get('/api/runs', { ...cross, 'sec-fetch-mode': 'no-cors' })).status).toBe(403);
    expect(
      (await opened.get('/api/runs', { 'sec-fetch-site': 'same-site', 'sec-fetch-mode': 'cors' })).status,
    ).toBe(403);
    expect((await opened.get('/', { ...cross, 'sec-fetch-mode': 'navigate' })).status).toBe(200);
  });

  it('is never told that it may read: no header of CORS is sent', async () => {
    const response = await opened.get('/api/runs');
    const names = [...response.headers.keys()].filter((name) => name.startsWith('access-control-'));
    expect(names).toEqual([]);
    expect(
      (await opened.hono.request('/api/runs', { method: 'OPTIONS', headers: { host, origin } })).status,
    ).toBe(405);
  });
});

describe('the token', () => {
  const changing = () => [
    ...['/api/start', '/api/resolve', `/api/runs/${id}/stop`, `/api/runs/${id}/resume`],
    ...[`/api/runs/${id}/sample`, `/api/runs/${id}/predict`],
  ];

  it.each([
    ['missing', undefined, 401],
    ['wrong', 'b-token-of-thirty-two-characters', 403],
    ['shorter', 'a-token', 403],
    ['empty', '', 403],
  ])('that is %s changes nothing', async (_, given, status) => {
    for (const address of changing()) {
      const response = await opened.hono.request(address, {
        method: 'POST',
        headers: {
          host,
          origin,
          'content-type': 'application/json',
          ...(given !== undefined && { 'x-lethe-token': given }),
        },
        body: JSON.stringify(start),
      });
      expect(response.status, address).toBe(status);
    }
    expect(fs.readdirSync(root)).toEqual(['run']);
  });

  it('lets this page ask', async () => {
    const response = await opened.post('/api/resolve', start);
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({ name: 'folk-none-1', command: 'lethe train music/folk' });
  });

  it('is in no answer', async () => {
    for (const address of ['/', '/api/state', '/api/runs', '/api/forms', `/api/runs/${id}`]) {
      expect(await (await opened.get(address)).text(), address).not.toContain(token);
    }
  });
});

describe('what is sent along', () => {
  it('lets a page run its own scripts alone, and be put in no frame', async () => {
    for (const address of ['/', '/api/runs', '/nowhere', `/api/runs/${id}`]) {
      const { headers } = await opened.get(address);
      const policy = headers.get('content-security-policy') ?? '';
      expect(policy, address).toContain("default-src 'none'");
      expect(policy).toContain("script-src 'self'");
      expect(policy).not.toMatch(/script-src[^;]*(unsafe|\*|http|data:)/);
      expect(policy).toContain("frame-ancestors 'none'");
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('cross-origin-resource-policy')).toBe('same-origin');
    }
  });

  it('of a body that is no JSON, or too large, is refused', async () => {
    expect((await opened.post('/api/resolve', 'target=x', { 'content-type': 'text/plain' })).status).toBe(
      415,
    );
    expect((await opened.post('/api/resolve', '{"target":')).status).toBe(422);
    const large = JSON.stringify({ target: 'x'.repeat(2_000_000) });
    const response = await opened.post('/api/resolve', large, { 'content-length': String(large.length) });
    expect(response.status).toBe(413);
  });
});

describe('with --read-only', () => {
  it('everything is shown and nothing done, whatever token is sent', async () => {
    const shown = await openApp(root, { readOnly: true });
    expect((await shown.get('/api/runs')).status).toBe(200);
    expect(await (await shown.get('/api/state')).json()).toMatchObject({ readOnly: true });
    for (const address of [
      '/api/start',
      '/api/resolve',
      `/api/runs/${id}/stop`,
      `/api/runs/${id}/resume`,
      `/api/runs/${id}/sample`,
    ]) {
      const response = await shown.post(address, start);
      expect(response.status, address).toBe(403);
      expect(await response.json()).toEqual({ error: 'this dashboard was opened with --read-only' });
    }
    expect(fs.readdirSync(root)).toEqual(['run']);
  });
});
