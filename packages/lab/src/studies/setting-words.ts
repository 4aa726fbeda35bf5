/** Settings in words: as the axes of pictures call them, by their key with the unit, and in a line, by as much of it as tells them apart. */
import { shortKeys } from '../common/short-keys.ts';
import { dropoutParameters, isDropoutKey } from './dropout-words.ts';
import type { Parameters } from './space.ts';

/** `dropout.input (probability of dropping)`, `model.hidden (units)`; a key whose unit nobody says alone. */
export function settingUnit(key: string, method: string): string {
  const unit = isDropoutKey(key) ? unitOfMethod(key, method) : units[key];
  return unit === undefined ? key : `${key} (${unit})`;
}

/** `hidden=400 stepRate=0.001` */
export function settingsInWords(parameters: Parameters): string {
  const names = shortKeys(Object.keys(parameters));
  return Object.values(parameters)
    .map((value, i) => `${names[i]}=${value}`)
    .join(' ');
}

// --- internal ---

const units: Readonly<Record<string, string>> = {
  'model.hidden': 'units',
  'model.layers': 'layers',
  'training.epochs': 'epochs',
  'training.patience': 'epochs',
  'training.minutes': 'minutes',
  'optimizer.stepRate': 'per update',
  'optimizer.clipNorm': 'norm of the gradients',
};

function unitOfMethod(key: string, method: string): string | undefined {
  const short = (parameter: string): string => parameter.replace(/^.*\./, '');
  const found = dropoutParameters(method).find(
    ({ parameter }) => parameter === key || short(parameter) === short(key),
  );
  return found?.about.kind === 'rate' ? 'probability of dropping' : undefined;
}
