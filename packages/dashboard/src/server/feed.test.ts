/** What open pages are told: by the feed itself, and as server-sent events. */
import { Hono } from 'hono';
import { describe, expect, it } from 'vitest';
import { events } from './events.ts';
import { Feed } from './feed.ts';

const gone = (id: string) => ({ type: 'gone', id }) as const;
const reset = { type: 'reset' } as const;
const told = (feed: Feed, after: string) => feed.since(after).map(({ event }) => event);

describe('the feed', () => {
  it('tells who comes back what came after its last event, and nothing twice', () => {
    const feed = new Feed();
    const ids = [feed.last];
    for (const id of ['a', 'b', 'c']) {
      feed.tell(gone(id));
      ids.push(feed.last);
    }
    expect(new Set(ids).size).toBe(4);
    expect(feed.since(ids[0]).map(({ id }) => id)).toEqual(ids.slice(1));
    expect(told(feed, ids[1])).toEqual([gone('b'), gone('c')]);
    expect(told(feed, ids[3])).toEqual([]);
  });

  it('tells who knows another server, or an event that never was, to begin anew', () => {
    const [feed, other] = [new Feed(), new Feed()];
    feed.tell(gone('a'));
    other.tell(gone('b'));
    const [boot] = feed.last.split('-');
    for (const strange of [other.last, '', 'nonsense', `${boot}-2`, `${boot}-x`])
      expect(feed.since(strange), strange).toEqual([{ id: feed.last, event: reset }]);
  });

  it('keeps the last 2,000 events, and tells who missed more to begin anew', () => {
    const feed = new Feed();
    const ids: string[] = [];
    // One more than 4,000, at which the older half goes.
    for (let n = 1; n <= 4001; n++) {
      feed.tell(gone(`${n}`));
      ids.push(feed.last);
    }
    expect(told(feed, ids[2000])).toHaveLength(2000);
    expect(told(feed, ids[2000])[0]).toEqual(gone('2002'));
    expect(told(feed, ids[1999])).toEqual([reset]);
  });

  it('tells listeners until they leave', () => {
    const feed = new Feed();
    const heard: string[] = [];
    const stop = feed.listen(({ id }) => heard.push(id));
    feed.tell(gone('a'));
    const first = feed.last;
    stop();
    feed.tell(gone('b'));
    expect([heard, feed.listeners]).toEqual([[first], 0]);
  });
});

describe('server-sent events', () => {
  /** The stream of a page, read message by message. */
  async function open(feed: Feed, headers: Record<string, string> = {}, query = '') {
    const closing = new AbortController();
    const hono = new Hono().get('/', (c) => events(c, feed, closing.signal));
    const { body } = await hono.request(`/${query}`, { headers });
    const reader = body!.getReader();
    const decoder = new TextDecoder();
    let text = '';
    /** The next message by its fields; undefined where the stream is over. */
    const next = async (): Promise<Record<string, string> | undefined> => {
      while (!text.includes('\n\n')) {
        const { done, value } = await reader.read();
        if (done) return undefined;
        text += decoder.decode(value, { stream: true });
      }
      const [message] = text.split('\n\n', 1);
      text = text.slice(message.length + 2);
      return Object.fromEntries(message.split('\n').map((line) => line.split(/: (.*)/s, 2)));
    };
    return { next, close: () => closing.abort() };
  }

  it('begin with a greeting, have the id of each event, and end with the server', async () => {
    const feed = new Feed();
    feed.tell(gone('before'));
    const { next, close } = await open(feed);
    expect(await next()).toMatchObject({ event: 'hello', retry: '1000' });
    for (const id of ['a', 'b']) {
      feed.tell(gone(id));
      expect(await next()).toEqual({ id: feed.last, event: 'gone', data: JSON.stringify(gone(id)) });
    }
    close();
    expect(await next()).toBeUndefined();
    expect(feed.listeners).toBe(0);
  });

  it.each(['header', 'query'])(
    'tell a page that comes back by its %s what it missed, before what is new',
    async (by) => {
      const feed = new Feed();
      for (const id of ['a', 'b', 'c']) feed.tell(gone(id));
      const after = feed.last.replace(/3$/, '1');
      const { next, close } = await (by === 'header'
        ? open(feed, { 'last-event-id': after })
        : open(feed, {}, `?after=${after}`));
      feed.tell(gone('d'));
      expect((await next())?.event).toBe('hello');
      const data = [await next(), await next(), await next()].map((message) => JSON.parse(message!.data));
      expect(data).toEqual(['b', 'c', 'd'].map(gone));
      close();
    },
  );
});
