/** One file from one address: complete, of the right size and checksum, or not there at all. */
import { createHash, randomBytes } from 'node:crypto';
import { open, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { DataError, LetheError } from 'lethe';
import { makeDirectory } from '../files/make-directory.ts';
import { ioError } from '../files/system-error.ts';

/** Bytes so far and in all. */
export type DownloadProgress = (received: number, bytes: number) => void;

/** What is to be had and how long to wait for it. */
export interface DownloadOptions {
  /** exact size */
  bytes: number;
  /** SHA-256 in hexadecimal */
  sha256: string;
  onProgress?: DownloadProgress;
  /** milliseconds without a byte before giving up; default 20,000 */
  idleTimeout?: number;
  /** milliseconds in all before giving up; default 600,000 */
  timeout?: number;
  /** stops the download */
  signal?: AbortSignal;
}

/**
 * Downloads `url` to `file`, following redirects. The bytes go to a temporary name in the same directory and are
 * synced, and only what has the right size and checksum gets the name `file`; after any failure nothing is left.
 * @throws DataError that says what `url` gave instead, LetheError `E_IO` when the file cannot be written
 */
export async function download(url: string, file: string, options: DownloadOptions): Promise<void> {
  const temporary = `${file}.${process.pid}-${randomBytes(4).toString('hex')}.part`;
  const content = receive(url, options);
  // The first piece is awaited before the disk is touched: an address that does not answer leaves no trace.
  const first = await content.next();
  try {
    makeDirectory(path.dirname(file));
    const handle = await open(temporary, 'wx');
    try {
      for (let part = first; !part.done; part = await content.next()) await writeAll(handle, part.value);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, file);
  } catch (error) {
    await content.return(undefined);
    // Where the folder is no folder there is nothing to remove, and the first error is the one to tell.
    await rm(temporary, { force: true }).catch(() => {});
    if (error instanceof LetheError || options.signal?.aborted) throw error;
    throw ioError(`cannot write ${file}`, error, 'nothing was kept of the download');
  }
}

// --- internal ---

type Handle = Awaited<ReturnType<typeof open>>;

async function writeAll(handle: Handle, bytes: Uint8Array): Promise<void> {
  for (let done = 0; done < bytes.length; ) done += (await handle.write(bytes, done)).bytesWritten;
}

/** The content of `url` piece by piece; ends well only when size and checksum are right. */
async function* receive(url: string, options: DownloadOptions): AsyncGenerator<Uint8Array, void, undefined> {
  const { bytes, sha256, onProgress, idleTimeout = 20_000, timeout = 600_000, signal } = options;
  const stop = new AbortController();
  const give = (reason: string) => () => stop.abort(new Error(reason));
  const whole = setTimeout(give(`took longer than ${timeout / 1000} s`), timeout);
  const idle = setTimeout(give(`no answer for ${idleTimeout / 1000} s`), idleTimeout);
  const signals = signal ? AbortSignal.any([signal, stop.signal]) : stop.signal;
  try {
    const response = await fetch(url, { signal: signals, redirect: 'follow' });
    if (!response.ok || !response.body) {
      await response.body?.cancel();
      throw new DataError(`${url}: answered ${response.status} ${response.statusText}`.trimEnd());
    }
    const hash = createHash('sha256');
    let received = 0;
    for await (const part of response.body as AsyncIterable<Uint8Array>) {
      idle.refresh();
      received += part.length;
      // Whatever the server claims: not one byte more than the file has is kept.
      if (received > bytes) throw new DataError(`${url}: expected ${bytes} bytes, got more`);
      hash.update(part);
      onProgress?.(received, bytes);
      yield part;
    }
    if (received < bytes) throw new DataError(`${url}: expected ${bytes} bytes, got ${received}`);
    const found = hash.digest('hex');
    if (found !== sha256) throw new DataError(`${url}: expected sha256 ${sha256}, got ${found}`);
  } catch (error) {
    if (error instanceof DataError) throw error;
    signal?.throwIfAborted();
    throw new DataError(`${url}: ${reasonOf(stop.signal.aborted ? stop.signal.reason : error)}`, {
      cause: error,
    });
  } finally {
    clearTimeout(whole);
    clearTimeout(idle);
    // Ends the connection if the content was not read to its end.
    stop.abort();
  }
}

/** `fetch failed` says nothing; its cause does. */
function reasonOf(error: unknown): string {
  const { message, cause } = error as Error;
  if (!(cause instanceof Error)) return message;
  return cause.message || (cause as NodeJS.ErrnoException).code || message;
}
