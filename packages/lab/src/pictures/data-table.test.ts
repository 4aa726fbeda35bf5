import { expect, test } from 'vitest';
import { csvOf, tableOf } from './data-table.ts';
import { fileNames } from './picture.ts';

test('numbers keep every digit, texts are quoted where they must, what is missing is empty', () => {
  const table = tableOf([
    { run: 'a, "b"', nll: 8.12345678901234 },
    { run: 'two\nlines', best: null, nll: 1e-300 },
  ]);
  // quoting as in RFC 4180, section 2
  expect(csvOf(table)).toBe('run,nll,best\r\n"a, ""b""",8.12345678901234,\r\n"two\nlines",1e-300,\r\n');
});

test('files of pictures have names that every system takes, each once', () => {
  expect(fileNames(['δ of rnn.0', '../../etc/passwd', 'a/b', 'A b', '日本', 'x'.repeat(300)])).toEqual([
    ...['delta-of-rnn.0', 'etc-passwd', 'a-b', 'a-b-2', 'picture', 'x'.repeat(80)],
  ]);
});
