/** Commands that people are told to run, as they can be pasted into a shell. */

/**
 * A word for a POSIX shell: as it is where nothing in it means anything there, else in single quotes; with control
 * characters as `$'…'`, which bash, zsh, ksh and dash since 0.5.13 read.
 */
export function shellWord(text: string): string {
  if (/^[\p{L}\p{N}_@%+:,./-]+$/u.test(text)) return text;
  if (!/[\p{C}\p{Zl}\p{Zp}]/u.test(text)) return `'${text.replaceAll("'", "'\\''")}'`;
  const escaped = text
    .replace(/[\\']/g, '\\$&')
    .replace(/[\p{C}\p{Zl}\p{Zp}]/gu, (character) =>
      [...Buffer.from(character)].map((byte) => `\\x${byte.toString(16).padStart(2, '0')}`).join(''),
    );
  return `$'${escaped}'`;
}

/** A path as a word of a command line: one that begins with `-` would be taken for an option. */
export function shellPath(path: string): string {
  return shellWord(path.startsWith('-') ? `./${path}` : path);
}

/** `lethe NAME PATH`, ready to be pasted. */
export function letheCommand(name: string, path: string): string {
  return `lethe ${name} ${shellPath(path)}`;
}
