/** The charts of a run's page, by the columns that its history has. */
export interface Panel {
  title: string;
  /** of the y axis */
  unit: string;
  columns: readonly PanelColumn[];
  /** whether the names of the curves say what the title does not */
  isNamed: boolean;
  /** what the y axis shows at least */
  range?: readonly [number, number];
}

export interface PanelColumn {
  key: string;
  /** of its curve */
  name: string;
  /** number of its colour */
  colour: number;
}

/** In the order of their colours: each has its own in every chart, alone or not. */
const splits = ['train', 'valid'];

/** @param label words for a metric, with its unit */
export function panelsOf(
  columns: readonly string[],
  metric: string | undefined,
  label: (metric: string) => string,
): Panel[] {
  const has = new Set(columns);
  const panels: Panel[] = [];
  const metrics = [
    ...new Set(columns.filter((key) => /^(train|valid)\./.test(key)).map((key) => key.slice(6))),
  ];
  for (const one of metrics.sort((a, b) => Number(b === metric) - Number(a === metric))) {
    const parts = splits
      .map((name, colour) => ({ key: `${name}.${one}`, name, colour }))
      .filter(({ key }) => has.has(key));
    panels.push({ title: label(one), unit: label(one), columns: parts, isNamed: true });
    if (one === metric && parts.length === 2) {
      panels.push({
        title: 'Gap: validation minus training',
        unit: label(one),
        columns: [{ key: `gap.${one}`, name: 'gap', colour: 0 }],
        isNamed: false,
      });
    }
  }
  for (const [prefix, title, unit, range] of known) {
    const own = columns.filter((key) => key === prefix || key.startsWith(`${prefix}.`));
    if (own.length > 0)
      panels.push({
        ...{ title, unit, columns: own.map((key, colour) => ({ key, name: nameOf(key, prefix), colour })) },
        isNamed: own.some((key) => key !== prefix),
        ...(range && { range }),
      });
  }
  return [...panels, ...observed(columns)];
}

// --- internal ---

const known: readonly [prefix: string, title: string, unit: string, range?: readonly [number, number]][] = [
  ['gradient.norm', 'Norm of the gradients, mean of an epoch', 'Euclidean norm'],
  ['gradient.largest', 'Norm of the gradients, largest of an epoch', 'Euclidean norm'],
  ['gradient.clipped', 'Steps that were clipped', 'share of the steps', [0, 1]],
  ['stepRate', 'Step rate', 'step rate'],
  ['momentum', 'Momentum', 'momentum'],
  ['averaged', 'Steps in the average of the weights', 'steps'],
  ['rates', 'Rates of dropping', 'probability of dropping', [0, 1]],
  ['penalties', 'Penalties', 'nats'],
];

/** What the figures of observers are called, by `OBSERVER: FIGURE`; that of another has its key. */
const observedWords: Readonly<Record<string, Pick<Panel, 'title' | 'unit' | 'range'>>> = {
  'spectral-radius: recurrent': {
    title: 'Spectral radius of the recurrent weights',
    unit: 'spectral radius',
  },
  'decomposition: ratio': {
    title: 'Variance part of the gradient over its loss part',
    unit: 'ratio of norms',
  },
  'decomposition: lossPartNorm': { title: 'Loss part of the gradient', unit: 'Euclidean norm' },
  'decomposition: variancePartNorm': { title: 'Variance part of the gradient', unit: 'Euclidean norm' },
  'decomposition: deltaPositive': {
    title: 'Units that less variance would help (δ above 0)',
    unit: 'share of units',
    range: [0, 1],
  },
  'decomposition: deltaNegative': {
    title: 'Units that more variance would help (δ below 0)',
    unit: 'share of units',
    range: [0, 1],
  },
  'decomposition: deltaNorm': { title: 'Size of δ over units', unit: 'Euclidean norm' },
  'decomposition: etaNorm': { title: 'Size of η over units', unit: 'Euclidean norm' },
};

const nameOf = (key: string, prefix: string): string =>
  key === prefix ? (prefix.split('.').at(-1) ?? key) : key.slice(prefix.length + 1);

/** A panel for every kind of figure of an observer: those of layers and gates beside each other. */
function observed(columns: readonly string[]): Panel[] {
  const panels = new Map<string, PanelColumn[]>();
  for (const key of columns) {
    const [, observer, rest] = /^observe\.([^.]+)\.(.*)$/.exec(key) ?? [];
    if (observer === undefined) continue;
    // LAYER.FIGURE, or LAYER.recurrent.GATE
    const [, layer, figure, gate] = /^(.*?)(?:\.([a-zA-Z]{2,}))?(?:\.([a-z]))?$/.exec(rest)!;
    const title = figure === undefined ? observer : `${observer}: ${figure}`;
    const name = gate === undefined ? layer : `${layer}, gate ${gate}`;
    const before = panels.get(title) ?? [];
    panels.set(title, [...before, { key, name, colour: before.length }]);
  }
  return Array.from(panels, ([title, columns]) => ({
    title: title.replaceAll('-', ' '),
    unit: title.split(': ').at(-1)!.replaceAll('-', ' '),
    ...(Object.hasOwn(observedWords, title) && observedWords[title]),
    columns,
    isNamed: true,
  }));
}
