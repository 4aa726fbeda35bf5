/** Methods in a list: `none,fast:input=.1,recurrent=.2,awd`, where commas also part the settings of one method. */
import { ConfigError } from 'lethe';
import { parseDropout } from 'lethe/dropout';

/**
 * The methods of a list in their order. A piece such as `recurrent=.2`, without a method in front, belongs to the method before it.
 * @param option that the list was given to
 * @throws ConfigError for an unknown method or setting, with the nearest, for one that stands there twice, and for none
 */
export function methodList(text: string, option = '--methods'): string[] {
  const methods: string[] = [];
  for (const piece of text.split(',').map((piece) => piece.trim())) {
    const isSetting = /^[A-Za-z]+\s*=/.test(piece);
    if (isSetting && methods.length > 0) methods[methods.length - 1] += `,${piece}`;
    else methods.push(piece);
  }
  const empty = methods.indexOf('');
  if (empty >= 0) {
    throw new ConfigError(
      `${option} expects methods with commas between them, such as none,variational,fast; found nothing in place ${empty + 1}`,
    );
  }
  for (const method of methods) parseDropout(method);
  const twice = methods.find((method, i) => methods.indexOf(method) !== i);
  if (twice !== undefined) throw new ConfigError(`${option} expects ${twice} once, found it twice`);
  return methods;
}
