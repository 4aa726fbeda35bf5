/** The charts of a run's page, by the columns that its history has. */
export interface Panel {
  title: string;
  /** of the y axis */
  unit: string;
  columns: readonly { key: string; name: string }[];
}

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
    const parts = ['train', 'valid'].filter((split) => has.has(`${split}.${one}`));
    panels.push({
      title: label(one),
      unit: label(one),
      columns: parts.map((split) => ({ key: `${split}.${one}`, name: split })),
    });
    if (one === metric && parts.length === 2) {
      panels.push({
        title: 'Gap: validation minus training',
        unit: label(one),
        columns: [{ key: `gap.${one}`, name: 'gap' }],
      });
    }
  }
  for (const [prefix, title, unit] of known) {
    const own = columns.filter((key) => key === prefix || key.startsWith(`${prefix}.`));
    if (own.length > 0)
      panels.push({ title, unit, columns: own.map((key) => ({ key, name: nameOf(key, prefix) })) });
  }
  return [...panels, ...observed(columns)];
}

// --- internal ---

const known = [
  ['gradient.norm', 'Norm of the gradients, mean of an epoch', 'norm'],
  ['gradient.largest', 'Norm of the gradients, largest of an epoch', 'norm'],
  ['gradient.clipped', 'Steps that were clipped', 'share of the steps'],
  ['stepRate', 'Step rate', 'step rate'],
  ['momentum', 'Momentum', 'momentum'],
  ['averaged', 'Steps in the average of the weights', 'steps'],
  ['rates', 'Rates of dropping', 'probability'],
  ['penalties', 'Penalties', 'nats'],
] as const;

const nameOf = (key: string, prefix: string): string =>
  key === prefix ? (prefix.split('.').at(-1) ?? key) : key.slice(prefix.length + 1);

/** A panel for every kind of figure of an observer: those of the layers beside each other. */
function observed(columns: readonly string[]): Panel[] {
  const panels = new Map<string, { key: string; name: string }[]>();
  for (const key of columns) {
    const [, observer, layer, figure] = /^observe\.([^.]+)\.(.*?)(?:\.([a-zA-Z]+))?$/.exec(key) ?? [];
    if (observer === undefined) continue;
    const title = figure === undefined ? observer : `${observer}: ${figure}`;
    panels.set(title, [...(panels.get(title) ?? []), { key, name: layer }]);
  }
  return Array.from(panels, ([title, columns]) => ({
    title: title.replaceAll('-', ' '),
    unit: title.split(': ').at(-1)!.replaceAll('-', ' '),
    columns,
  }));
}
