/** The sources that make up the addon, as kernels.gypi has them: each is compiled once, `kernels` once for an instruction set. */
import { readFileSync } from 'node:fs';

const gyp = readFileSync(new URL('kernels.gypi', import.meta.url), 'utf8');
const [, sources] = /"target_name": "lethe"[^}]*?"sources": \[([^\]]*)\]/s.exec(gyp);
export const units = [...sources.matchAll(/src\/(\w+)\.cc/g)].map(([, unit]) => unit).concat('kernels');
