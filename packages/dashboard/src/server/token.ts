/**
 * The token of whoever may start and stop runs: in a file that only this user reads, so that a page which is open goes on after the
 * server was started again.
 */
import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';

/** The token of a directory for such files, made where there is none. One that cannot be kept holds for this server alone. */
export function keptToken(directory: string): string {
  const file = path.join(directory, 'dashboard-token');
  try {
    const { mode } = fs.statSync(file);
    const token = fs.readFileSync(file, 'utf8').trim();
    // A file that others can read keeps no secret.
    if ((mode & 0o077) === 0 && /^[\w-]{32}$/.test(token)) return token;
    fs.rmSync(file);
  } catch {
    // there is none yet
  }
  const token = randomBytes(24).toString('base64url');
  try {
    fs.mkdirSync(directory, { recursive: true });
    fs.writeFileSync(file, token, { flag: 'wx', mode: 0o600 });
  } catch {
    // another server was quicker, or nothing can be written
  }
  return token;
}
