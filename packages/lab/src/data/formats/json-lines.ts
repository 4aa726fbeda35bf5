/** JSON lines: an object a line. The NaN and Infinity of Python are read as it writes them. */

/** The object that a line holds, or what is wrong with it. */
export function parseJsonLine(line: string): { object: Record<string, unknown> } | { fault: string } {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    try {
      // No valid JSON has these words outside of a text, and only what is no valid JSON comes here.
      value = JSON.parse(
        line.replace(pythonWord, (_, before: string, word: string) => before + pythonValue(word)),
      );
    } catch {
      return { fault: 'expected a JSON object, found a line that is no JSON' };
    }
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return { object: value as Record<string, unknown> };
  }
  const found = Array.isArray(value) ? 'an array' : value === null ? 'null' : `a ${typeof value}`;
  return { fault: `expected a JSON object, found ${found}` };
}

// --- internal ---

const pythonWord = /([:[,]\s*)(NaN|-?Infinity)(?=\s*[,}\]])/g;

/** A number too large for a double is Infinity again. */
const pythonValue = (word: string): string =>
  word === 'NaN' ? 'null' : word.startsWith('-') ? '-1e999' : '1e999';
