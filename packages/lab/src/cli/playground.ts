/** `lethe playground`: a page that trains small networks in the browser, served here or written as a folder for any static host. */
import fs from 'node:fs';
import type { Command } from 'commander';
import { Interrupted, wholeNumber } from '../common/usage.ts';
import { example } from './help.ts';
import type { Io } from './io.ts';
import { Output } from './output.ts';

interface PlaygroundOptions {
  port?: number;
  out?: string;
  json?: boolean;
}

/** Adds `playground` to the command. */
export function addPlayground(lethe: Command, io: Io): void {
  const command = lethe
    .command('playground')
    .description(
      'a page that trains a small network on the embedded tunes in your browser: losses, methods, music',
    )
    .option(
      '--port <N>',
      'serve on 127.0.0.1 at this port (default: 8477, or a free one)',
      wholeNumber('--port', 0, 65535),
    )
    .option('--out <DIR>', 'write the page as a folder for a static host instead of serving it')
    .option('--json', 'one JSON document on standard output')
    .action((options: PlaygroundOptions) => run(options, new Output(io, options)));
  example(command, 'lethe playground', 'lethe playground --out public');
}

// --- internal ---

async function run({ port, out }: PlaygroundOptions, output: Output): Promise<void> {
  const { pageFiles, writePage } = await import('../playground/files.ts');
  const files = pageFiles();
  if (out === undefined) return serve(files, port, output);
  if (port !== undefined) output.notice('--port is for a page that is served; with --out there is none');
  writePage(files, out);
  const bytes = [...files.values()].reduce((sum, file) => sum + fs.statSync(file).size, 0);
  output.event({ out, files: [...files.keys()], bytes });
  output.say(
    `${files.size} files, ${(bytes / 1000).toFixed(0)} kB, in ${out}; any static host will do, at any path`,
  );
  output.say('one thread; for all cores the host has to send with every file');
  for (const [name, value] of Object.entries((await import('../playground/serve.ts')).isolating)) {
    output.say(`  ${name}: ${value}`);
  }
  output.say('(the file _headers says so to Netlify, Cloudflare Pages and others)');
}

async function serve(
  files: ReadonlyMap<string, string>,
  port: number | undefined,
  output: Output,
): Promise<void> {
  const { serveFiles } = await import('../playground/serve.ts');
  const server = await serveFiles(files, port);
  output.event({ event: 'serving', url: server.url });
  output.say(`the playground is at ${server.url}, until Ctrl-C`);
  await new Promise<void>((resolve) => {
    const release = output.io.onInterrupt(() => {
      release();
      resolve();
    });
  });
  await server.close();
  throw new Interrupted('interrupted; the page is no longer served, its runs are kept by the browser');
}
