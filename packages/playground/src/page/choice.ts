/** The fields of a run's settings: the network, the method with its own settings as the library lists them, how it is trained. */
import type { OfferedKey, OfferedMethod } from '../methods.ts';
import { cells, defaultSettings, limits, names, type Settings } from '../settings.ts';
import { element, labelled, newId } from './dom.ts';

export class Choice {
  readonly element = element('fieldset');
  #methods: readonly OfferedMethod[];
  #numbers = new Map<keyof typeof limits, HTMLInputElement>();
  #cell = element(
    'select',
    { id: newId('cell') },
    ...cells.map((name) => element('option', { value: name }, name.toUpperCase())),
  );
  #method = element('select', { id: newId('method') });
  #keys = element('div', { class: 'fields wide' });
  #rare = element('div', { class: 'fields' });
  #rareBox = element('details', {}, element('summary', {}, 'More of the method'), this.#rare);
  #plus = element('input', {
    id: newId('plus'),
    placeholder: 'weight-decay:lambda=.0001',
    spellcheck: 'false',
  });
  #words = element('p', { class: 'words' });
  #reference = element('p', { class: 'quiet' });
  /** how each setting of the method in view is read; undefined: as by default */
  #read = new Map<string, () => string | undefined>();

  constructor(methods: readonly OfferedMethod[]) {
    this.#methods = methods;
    const number = (key: keyof typeof limits): HTMLElement => {
      const { from, to, whole } = limits[key];
      const field = element('input', {
        id: newId(key),
        type: 'number',
        min: from,
        max: to,
        step: whole ? 1 : 'any',
      });
      this.#numbers.set(key, field);
      return labelled(names[key], field);
    };
    this.element.append(
      element(
        'div',
        { class: 'fields' },
        labelled('cell', this.#cell),
        number('hidden'),
        labelled('method', this.#method, 'wide'),
        this.#keys,
      ),
      this.#rareBox,
      element(
        'details',
        {},
        element('summary', {}, 'More of the training'),
        element(
          'div',
          { class: 'fields' },
          number('layers'),
          number('stepRate'),
          number('batch'),
          number('epochs'),
          number('seed'),
        ),
        labelled('with it, other methods in words', this.#plus),
      ),
      this.#words,
      this.#reference,
    );
    this.#cell.addEventListener('change', () => this.#offer(this.#method.value));
    this.#method.addEventListener('change', () => this.#offerKeys({}));
    this.element.addEventListener('input', () => this.#tell());
    this.show(defaultSettings);
  }

  set isLocked(locked: boolean) {
    this.element.disabled = locked;
  }

  /** Puts settings into the fields. */
  show(settings: Settings): void {
    for (const [key, field] of this.#numbers) field.value = String(settings[key]);
    this.#cell.value = settings.cell;
    const [first, ...others] = settings.dropout.split('+');
    const [name, ...rest] = first.split(':');
    const isOffered = this.#methods.some(
      (one) => one.name === name.trim() && one.keys[settings.cell] !== undefined,
    );
    // What has no fields stands in words.
    this.#plus.value = isOffered ? others.join('+') : settings.dropout;
    const given = Object.fromEntries(
      rest
        .join(':')
        .split(',')
        .filter(Boolean)
        .map((one) => one.split('=').map((part) => part.trim())),
    );
    this.#offer(name.trim(), given);
  }

  /** What the fields say; the worker checks it. */
  settings(): Settings {
    const number = (key: keyof typeof limits): number => {
      const text = this.#numbers.get(key)!.value.trim();
      return text === '' ? Number.NaN : Number(text);
    };
    return {
      cell: this.#cell.value as Settings['cell'],
      hidden: number('hidden'),
      layers: number('layers'),
      dropout: this.#dropout(),
      stepRate: number('stepRate'),
      batch: number('batch'),
      seed: number('seed'),
      epochs: number('epochs'),
    };
  }

  #dropout(): string {
    const settings = [...this.#read].flatMap(([key, read]) => {
      const value = read();
      return value === undefined ? [] : [`${key}=${value}`];
    });
    const plus = this.#plus.value.trim().replace(/^\+/, '');
    if (this.#method.value === 'none' && plus !== '') return plus;
    const own = settings.length > 0 ? `${this.#method.value}:${settings.join(',')}` : this.#method.value;
    return plus === '' ? own : `${own}+${plus}`;
  }

  /** The methods that the cell can honour. */
  #offer(chosen: string, given: Record<string, string> = {}): void {
    const cell = this.#cell.value as Settings['cell'];
    const offered = this.#methods.filter(({ keys }) => keys[cell]);
    this.#method.replaceChildren(...offered.map(({ name }) => element('option', { value: name }, name)));
    this.#method.value = offered.some(({ name }) => name === chosen) ? chosen : 'none';
    this.#offerKeys(given);
  }

  /** The settings of the chosen method: rates at once, the others on demand. */
  #offerKeys(given: Record<string, string>): void {
    const cell = this.#cell.value as Settings['cell'];
    const method = this.#methods.find(({ name }) => name === this.#method.value);
    const keys = method?.keys[cell] ?? [];
    this.#read.clear();
    const [rates, others] = [
      keys.filter(({ kind }) => kind === 'rate'),
      keys.filter(({ kind }) => kind !== 'rate'),
    ];
    // Where one of them is given, those that are not are 0; else each is as usual.
    const absent = rates.some(({ key }) => given[key] !== undefined) ? '0' : undefined;
    this.#keys.replaceChildren(...rates.map((key) => this.#rate(key, given[key.key] ?? absent)));
    this.#rare.replaceChildren(...others.map((key) => this.#other(key, given[key.key])));
    this.#rareBox.hidden = others.length === 0;
    this.#reference.textContent = method?.reference ?? '';
    this.#tell();
  }

  #rate({ key, about, default: usual }: OfferedKey, given: string | undefined): HTMLElement {
    const id = newId(key);
    const value = given ?? String(usual ?? 0.25);
    const field = element('input', { id, type: 'range', min: 0, max: 0.95, step: 0.05, title: about });
    // A rate of a file may lie between the steps of the slider, and beyond its end.
    // In units of a step: 0.3 % 0.05 is nearly 0.05.
    const places = Number(value) / Number(field.step);
    if (Math.abs(places - Math.round(places)) > 1e-9) field.step = 'any';
    if (Number(value) > Number(field.max)) field.max = '1';
    field.value = value;
    const shown = element('span', { class: 'of' }, String(Number(value)));
    field.addEventListener('input', () => {
      shown.textContent = String(Number(Number(field.value).toFixed(4)));
    });
    this.#read.set(key, () => shown.textContent!);
    return element('div', {}, element('label', { for: id }, `rate, ${key}`, shown), field);
  }

  #other({ key, kind, about, words, default: usual }: OfferedKey, given: string | undefined): HTMLElement {
    const id = newId(key);
    if (kind === 'flag') {
      const field = element('input', { id, type: 'checkbox', title: about });
      field.checked = (given ?? String(usual)) === 'true';
      this.#read.set(key, () =>
        String(field.checked) === String(usual ?? false) ? undefined : String(field.checked),
      );
      return element('div', {}, element('label', { for: id }, key), field);
    }
    const field =
      kind === 'word' && words
        ? element(
            'select',
            { id, title: about },
            ...[...(usual === undefined ? [''] : []), ...words].map(optionOf),
          )
        : element('input', { id, title: about, placeholder: usual === undefined ? '' : String(usual) });
    field.value = given ?? (kind === 'word' ? String(usual ?? '') : '');
    this.#read.set(key, () => {
      const value = field.value.trim();
      return value === '' || value === String(usual) ? undefined : value;
    });
    return labelled(key, field);
  }

  #tell(): void {
    this.#words.textContent = `--dropout ${this.#dropout()}`;
  }
}

// --- internal ---

const optionOf = (word: string): HTMLElement =>
  element('option', { value: word }, word === '' ? 'as usual' : word);
