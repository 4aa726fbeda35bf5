/** How a list of names with their meanings is printed: a bold name, what it may be, and below it the meaning, wrapped. */
import type { Output } from './output.ts';

/** The lines of one entry. */
export function listing([name, about]: readonly [string, string], meaning: string, output: Output): string[] {
  const { bold, dim } = output.colours;
  const head = about === '' ? bold(name) : `${bold(name)}  ${dim(about)}`;
  return [head, ...wrapped(meaning, Math.min(output.io.columns, 100) - 4).map((line) => `    ${line}`)];
}

/** A text in lines of at most `width` characters, where its words allow it. */
export function wrapped(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(/\s+/).filter(Boolean)) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= width)
      lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}
