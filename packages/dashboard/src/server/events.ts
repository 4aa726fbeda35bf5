/** `GET /api/events`: what happens, as server-sent events; one that comes back with Last-Event-ID is told what it missed. */
import type { Context } from 'hono';
import { streamSSE } from 'hono/streaming';
import type { Feed, Told } from './feed.ts';

/** Events that wait for a page that does not read: beyond that it is told to begin anew. */
const mostWaiting = 2000;
/** Seconds between signs of life, without which something in between may close the connection. */
const pause = 15;

export function events(c: Context, feed: Feed, closing: AbortSignal): Response {
  // Nobody would ever read the stream, nor close it.
  if (c.req.method === 'HEAD') return c.body(null, 200, { 'Content-Type': 'text/event-stream' });
  return streamSSE(c, async (stream) => {
    const waiting: Told[] = [];
    let wake: () => void = () => {};
    const stop = feed.listen((told) => {
      if (waiting.length < mostWaiting) waiting.push(told);
      else waiting.splice(0, waiting.length, { id: told.id, event: { type: 'reset' } });
      wake();
    });
    stream.onAbort(() => wake());
    const onClosing = (): void => wake();
    closing.addEventListener('abort', onClosing);
    try {
      const after = c.req.header('last-event-id') ?? c.req.query('after');
      if (after !== undefined) waiting.unshift(...feed.since(after));
      await stream.writeSSE({ event: 'hello', data: '', retry: 1000 });
      while (!stream.aborted && !closing.aborted) {
        const told = waiting.shift();
        if (told) {
          await stream.writeSSE({ id: told.id, event: told.event.type, data: JSON.stringify(told.event) });
          continue;
        }
        const isQuiet = await new Promise<boolean>((resolve) => {
          const late = setTimeout(() => resolve(true), 1000 * pause);
          wake = () => {
            clearTimeout(late);
            resolve(false);
          };
        });
        if (isQuiet) await stream.write(': quiet\n\n');
      }
    } finally {
      closing.removeEventListener('abort', onClosing);
      stop();
    }
  });
}
