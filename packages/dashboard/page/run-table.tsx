/** The table of runs, and of groups of runs. */

import { shortNumber } from '@lethe/lab/scales';
import type { RunRow } from '../src/shared/api.ts';
import { type Cell, cellOf } from '../src/shared/cells.ts';
import { type Group, meanOf } from '../src/shared/grouping.ts';
import { goTo } from '../src/shared/view.ts';
import { Breaking } from './breaking.tsx';
import { Link } from './link.tsx';
import { names, show, view } from './state.ts';
import { Wide } from './wide.tsx';
import { betterOf, cellText, columnWords, duration } from './words.ts';

/** Rows that are added at a time. */
const step = 100;

interface RunTableProps {
  rows: readonly RunRow[];
  columns: readonly string[];
  shown: number;
  /** ids of ticked runs */
  chosen: readonly string[];
}

export function RunTable({ rows, columns, shown, chosen }: RunTableProps) {
  const tick = (id: string, isOn: boolean): void =>
    show({ sel: (isOn ? [...chosen, id] : chosen.filter((one) => one !== id)).join(',') });
  const visible = rows.slice(0, shown);
  const numeric = new Set(columns.filter((key) => isNumeric(visible, key)));
  return (
    <>
      <p class="note" role="status">
        {rows.length} {rows.length === 1 ? 'run' : 'runs'}
        {chosen.length > 0 && (
          <>
            , {chosen.length} ticked{' '}
            <button type="button" class="plain" onClick={() => show({ sel: '' })}>
              untick all
            </button>
          </>
        )}
      </p>
      <Wide label="runs">
        <table class="runs">
          <thead>
            <tr>
              <th scope="col">
                <span class="unseen">in the chart</span>
              </th>
              <Heading column="name" />
              {columns.map((key) => (
                <Heading key={key} column={key} isNumber={numeric.has(key)} />
              ))}
            </tr>
          </thead>
          <tbody>
            {visible.map((row) => (
              <tr key={row.id}>
                <td>
                  <input
                    type="checkbox"
                    aria-label={`${names.value.get(row.id)} in the chart`}
                    checked={chosen.includes(row.id)}
                    onChange={(event) => tick(row.id, event.currentTarget.checked)}
                  />
                </td>
                <th scope="row">
                  <Link to={goTo('run', { id: row.id })}>
                    <Breaking text={names.value.get(row.id) ?? row.name} />
                  </Link>
                </th>
                {columns.map((key) => (
                  <td key={key} class={kindOf(key, cellOf(row, key), numeric.has(key))}>
                    {key === 'state' ? (
                      <State row={row} />
                    ) : (
                      <Breaking text={cellText(key, cellOf(row, key))} />
                    )}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </Wide>
      {rows.length > shown && (
        <button type="button" onClick={() => show({ rows: String(shown + step) })}>
          Show {Math.min(step, rows.length - shown)} more
          {rows.length - shown > step && ` of ${rows.length - shown}`}
        </button>
      )}
    </>
  );
}

/** How a cell is set: numbers, and dashes among them, on the right, the words of a metric in one line, long texts with room. */
function kindOf(key: string, cell: Cell, isAmongNumbers: boolean): string | undefined {
  if (typeof cell === 'number' || (isAmongNumbers && (cell ?? undefined) === undefined)) return 'number';
  if (key === 'metric') return 'metric';
  return typeof cell === 'string' && cell.length > 20 ? 'long' : undefined;
}

/** The state in a word and a sign, with what is wrong. */
export function State({ row }: { row: RunRow }) {
  return (
    <span class={`state ${row.state}`} title={row.notes.join(' ')}>
      {row.state}
      {row.reading && ' (being read)'}
      {row.notes.length > 0 && (
        <span class="alert" role="img" aria-label={row.notes.join(' ')}>
          {' '}
          ⚠
        </span>
      )}
    </span>
  );
}

interface GroupTableProps {
  groups: readonly Group[];
  columns: readonly string[];
  by: string;
}

export function GroupTable({ groups, columns, by }: GroupTableProps) {
  const figures = columns.filter(
    (key) => key !== 'seed' && groups.some(({ rows }) => meanOf(rows, key) !== undefined),
  );
  return (
    <Wide label="groups of runs">
      <table class="runs">
        <caption>Mean ± standard deviation over the runs of a group that have a finite number.</caption>
        <thead>
          <tr>
            <th scope="col">{by === 'seed' ? 'settings' : columnWords(by)}</th>
            <th scope="col" class="number">
              runs
            </th>
            {figures.map((key) => (
              <Heading key={key} column={key} isNumber />
            ))}
          </tr>
        </thead>
        <tbody>
          {ordered(groups, view.value.sort).map(({ label, rows }) => (
            <tr key={label}>
              <th scope="row">
                <Breaking text={label} />
              </th>
              <td class="number">{rows.length}</td>
              {figures.map((key) => (
                <td key={key} class="number">
                  {spreadText(rows, key)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </Wide>
  );
}

// --- internal ---

/** By the mean of the column that the runs are sorted by; where it has none, as they come. */
function ordered(groups: readonly Group[], sort: string): readonly Group[] {
  const key = sort.replace(/^-/, '');
  const means = new Map(groups.map((group) => [group, meanOf(group.rows, key)?.mean]));
  if ([...means.values()].every((mean) => mean === undefined)) return groups;
  const sign = sort.startsWith('-') ? -1 : 1;
  const worst = sign * Number.POSITIVE_INFINITY;
  return groups.toSorted((a, b) => sign * ((means.get(a) ?? worst) - (means.get(b) ?? worst)));
}

function spreadText(rows: readonly RunRow[], key: string): string {
  const found = meanOf(rows, key);
  if (!found) return '–';
  const { mean, deviation, count } = found;
  // Without those that diverged, or have none yet, it is a mean of others.
  const of = count < rows.length ? ` (${count} of ${rows.length})` : '';
  if (key === 'seconds') return duration(mean) + of;
  if (deviation === undefined || deviation === 0) return shortNumber(mean, undefined, 5) + of;
  // Both with the decimals that two digits of the deviation have.
  const decimals = Math.max(0, Math.min(8, 1 - Math.floor(Math.log10(deviation))));
  return `${shortNumber(mean, decimals)} ± ${shortNumber(deviation, decimals)}${of}`;
}

const isNumeric = (rows: readonly RunRow[], key: string): boolean =>
  rows.some((row) => typeof cellOf(row, key) === 'number');

/** Sorts by its column; a second time the other way round. The first way is the one that puts the best first. */
function Heading({ column, isNumber = false }: { column: string; isNumber?: boolean }) {
  const { sort } = view.value;
  const key = sort.replace(/^-/, '');
  const direction = key !== column ? undefined : sort.startsWith('-') ? 'descending' : 'ascending';
  const first = betterOf(column) === 'higher' ? `-${column}` : column;
  const other = first.startsWith('-') ? column : `-${column}`;
  return (
    <th scope="col" aria-sort={direction} class={isNumber ? 'number' : undefined}>
      <button type="button" class="plain" onClick={() => show({ sort: sort === first ? other : first })}>
        {columnWords(column)}
        <span aria-hidden="true">
          {direction === 'descending' ? ' ▾' : direction === 'ascending' ? ' ▴' : ''}
        </span>
      </button>
    </th>
  );
}
