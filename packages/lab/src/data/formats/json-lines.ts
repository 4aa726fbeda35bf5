/**
 * JSON lines: an object a line. The NaN and Infinity of Python are read as it writes them; whole numbers of 16 digits and more, which names
 * of things are and a double does not hold, as their digits.
 */

/** The object that a line holds, or what is wrong with it. */
export function parseJsonLine(text: string): { object: Record<string, unknown> } | { fault: string } {
  const line = longNumber.test(text) ? withDigits(text) : text;
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

const longNumber = /\d{16}/;
const textOrLongNumber = /"(?:[^"\\]|\\.)*"|-?\d{16,}(?![\d.eE])/g;

/** Long whole numbers as texts; what stands in texts, or behind a decimal point, stays. */
function withDigits(line: string): string {
  return line.replace(textOrLongNumber, (found, at: number) =>
    found.startsWith('"') || line[at - 1] === '.' ? found : `"${found}"`,
  );
}

const pythonWord = /([:[,]\s*)(NaN|-?Infinity)(?=\s*[,}\]])/g;

/** A number too large for a double is Infinity again. */
const pythonValue = (word: string): string =>
  word === 'NaN' ? 'null' : word.startsWith('-') ? '-1e999' : '1e999';
