/** The page as it was built: a few files, read once; a request names one of them or nothing. */
import fs from 'node:fs';
import { fileURLToPath } from 'node:url';
import { ConfigError } from 'lethe';

export interface Asset {
  content: Uint8Array;
  type: string;
}

const types: Record<string, string> = {
  html: 'text/html; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
  svg: 'image/svg+xml',
};

/** All files of the page by name. Throws ConfigError where it was not built. */
export function assets(): Map<string, Asset> {
  const folder = fileURLToPath(new URL('../../assets/', import.meta.url));
  if (!fs.existsSync(`${folder}index.html`)) {
    throw new ConfigError('the page of the dashboard is not built yet; run `npm run build` in the checkout');
  }
  const names = fs.readdirSync(folder).filter((name) => Object.hasOwn(types, name.split('.').at(-1)!));
  return new Map(
    names.map((name) => [
      name,
      { content: fs.readFileSync(folder + name), type: types[name.split('.').at(-1)!] },
    ]),
  );
}
