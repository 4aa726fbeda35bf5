/** The first page: curves of some runs above the table of all. */
import { computed } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import type { RunRow } from '../src/shared/api.ts';
import { cellOf, columnsOf, sorted, usualColumns } from '../src/shared/cells.ts';
import { filterOf } from '../src/shared/filter.ts';
import { type Group, grouped } from '../src/shared/grouping.ts';
import { listOf } from '../src/shared/view.ts';
import { RunCurves } from './run-curves.tsx';
import { GroupTable, RunTable } from './run-table.tsx';
import { csvOf, save } from './save.ts';
import { leftOut, rows, show, view } from './state.ts';
import { columnWords } from './words.ts';

/** Runs that a chart shows before somebody chose. */
const firstRuns = 10;

const filtered = computed((): { kept: RunRow[]; error?: string } => {
  try {
    return { kept: rows.value.filter(filterOf(view.value.q)) };
  } catch (error) {
    return { kept: rows.value, error: (error as Error).message };
  }
});
const ordered = computed(() => sorted(filtered.value.kept, view.value.sort));
const columns = computed(() => {
  const chosen = listOf(view.value.cols);
  return chosen.length > 0 ? chosen : usualColumns(filtered.value.kept);
});
const groups = computed((): Group[] =>
  view.value.group === '' ? [] : grouped(ordered.value, view.value.group),
);
const all = computed(() => columnsOf(rows.value));

export function RunList() {
  const { q, group, sel, rows: shown } = view.value;
  const { error } = filtered.value;
  const chosen = listOf(sel);
  const inChart =
    chosen.length > 0
      ? ordered.value.filter(({ id }) => chosen.includes(id))
      : ordered.value.slice(0, firstRuns);
  const { own, figures, settings } = all.value;
  const groupable = [...settings, ...own.filter((key) => ['task', 'state', 'study'].includes(key))];
  return (
    <main>
      <h1 class="unseen">Runs</h1>
      {rows.value.length === 0 && <Welcome />}
      <RunCurves
        runs={inChart}
        groups={groups.value
          .map(({ label, rows }) => ({
            label,
            rows: chosen.length > 0 ? rows.filter(({ id }) => chosen.includes(id)) : rows,
          }))
          .filter(({ rows }) => rows.length > 0)}
        figures={figures}
      />
      <section aria-label="table of runs">
        <div class="bar">
          <label class="grow">
            Filter
            <input
              type="search"
              value={q}
              placeholder="words, /pattern/, model.hidden>=100, state=running"
              aria-invalid={error !== undefined}
              aria-describedby="filter-error"
              onInput={(event) => show({ q: event.currentTarget.value })}
            />
          </label>
          <label>
            Group by
            <select
              value={group}
              onChange={(event) => show({ group: event.currentTarget.value }, { step: true })}
            >
              <option value="">nothing</option>
              <option value="seed">all but the seed</option>
              {groupable
                .filter((key) => key !== 'seed')
                .map((key) => (
                  <option key={key} value={key}>
                    {columnWords(key)}
                  </option>
                ))}
            </select>
          </label>
          <ColumnChoice all={[...own, ...figures, ...settings]} />
          <button type="button" onClick={saveCsv}>
            CSV
          </button>
          <button
            type="button"
            disabled={inChart.length < 2 || chosen.length < 2}
            title="of the runs that are ticked"
            onClick={() => show({ page: 'diff' }, { step: true })}
          >
            Compare settings
          </button>
        </div>
        <p id="filter-error" class="error" role="status">
          {error ?? ''}
        </p>
        {group === '' ? (
          <RunTable
            rows={ordered.value}
            columns={columns.value}
            shown={Math.max(1, Math.trunc(Number(shown)) || 50)}
            chosen={chosen}
          />
        ) : (
          <GroupTable groups={groups.value} columns={columns.value} by={group} />
        )}
      </section>
      {leftOut.value.length > 0 && (
        <details>
          <summary>{leftOut.value.length} left out</summary>
          <ul>
            {leftOut.value.map(({ path, reason }) => (
              <li key={path}>
                {path}: {reason}
              </li>
            ))}
          </ul>
        </details>
      )}
    </main>
  );
}

// --- internal ---

function Welcome() {
  return (
    <p>
      There is no run here yet. <a href="?page=start">Start one</a>, or run <code>lethe train</code> in a
      terminal: it appears by itself.
    </p>
  );
}

function ColumnChoice({ all }: { all: readonly string[] }) {
  const chosen = columns.value;
  const toggle = (key: string, isOn: boolean): void =>
    show({ cols: (isOn ? [...chosen, key] : chosen.filter((one) => one !== key)).join(',') });
  const menu = useRef<HTMLDetailsElement>(null);
  useEffect(() => {
    const leave = (event: PointerEvent): void => {
      if (!menu.current?.contains(event.target as Node)) menu.current?.removeAttribute('open');
    };
    document.addEventListener('pointerdown', leave);
    return () => document.removeEventListener('pointerdown', leave);
  }, []);
  const onKey = (event: KeyboardEvent): void => {
    if (event.key !== 'Escape' || !menu.current?.open) return;
    menu.current.removeAttribute('open');
    menu.current.querySelector('summary')?.focus();
  };
  return (
    <details class="menu" ref={menu} onKeyDown={onKey}>
      <summary>Columns</summary>
      <div class="sheet">
        <button type="button" onClick={() => show({ cols: '' })}>
          as by default
        </button>
        {all.map((key) => (
          <label key={key}>
            <input
              type="checkbox"
              checked={chosen.includes(key)}
              onChange={(event) => toggle(key, event.currentTarget.checked)}
            />
            {columnWords(key)}
          </label>
        ))}
      </div>
    </details>
  );
}

function saveCsv(): void {
  const keys = ['path', ...columns.value];
  save(
    'runs.csv',
    csvOf(
      keys,
      ordered.value.map((row) => keys.map((key) => cellOf(row, key))),
    ),
    'text/csv',
  );
}
