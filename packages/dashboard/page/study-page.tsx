/** A search: its history, parallel coordinates, which settings matter, slices. */

import { rampColour } from '@lethe/lab/scales';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { StudyPage as Page, ShownTrial, StudyRow } from '../src/shared/api.ts';
import { goTo } from '../src/shared/view.ts';
import { Chart, type Line } from './chart.tsx';
import { Coordinates } from './coordinates.tsx';
import { Legend } from './legend.tsx';
import { Link } from './link.tsx';
import { Gone, Waiting } from './placeholder.tsx';
import { Choice, LogBox } from './run-curves.tsx';
import { Section } from './section.tsx';
import { Refused, read } from './server.ts';
import { generation, show, studies, view } from './state.ts';
import { Wide } from './wide.tsx';
import { cellText, duration, metricWords } from './words.ts';

export function StudyPage() {
  const { id } = view.value;
  const row = studies.value.get(id);
  const { page, error } = usePage(id, row);
  if (!row) return <Gone thing="study" all="All studies" to={goTo('studies')} />;
  if (error)
    return (
      <main>
        <p class="error">{error}</p>
      </main>
    );
  if (!page) return <Waiting />;
  const { trials, sections } = page;
  const metric = `validation ${metricWords(page.row.metric)}`;
  const measured = trials.filter((trial) => trial.value !== null);
  const ranked = measured.toSorted((a, b) => a.rank! - b.rank!);
  const parameters = [...new Set(trials.flatMap(({ parameters }) => Object.keys(parameters)))];
  return (
    <main>
      <h1>{page.row.name}</h1>
      <p>
        {trials.length} trials, {measured.length} with a result
        {page.deciding === '' ? '' : `, ranked by validation${page.deciding}`}
      </p>
      {sections.length > 0 ? (
        sections.map((section) => <Section key={section.title} section={section} />)
      ) : (
        <Search page={page} metric={metric} ranked={ranked} parameters={parameters} />
      )}
      <h2>Trials</h2>
      <Trials
        trials={[...ranked, ...trials.filter(({ value }) => value === null)]}
        parameters={parameters}
        metric={metric}
      />
    </main>
  );
}

/** What shows a search: its history, a slice, all settings at once, which of them matter. */
function Search({
  page: { importance, logarithmic },
  metric,
  ranked,
  parameters,
}: {
  page: Page;
  metric: string;
  /** trials with a result, the best first */
  ranked: ShownTrial[];
  parameters: string[];
}) {
  const { slice, logy } = view.value;
  const parameter = parameters.includes(slice) ? slice : (importance[0]?.parameter ?? parameters[0] ?? '');
  const isLogY = logy !== '';
  const lines = history(ranked);
  return (
    <>
      <p>
        <LogBox label="log y" isOn={isLogY} onChange={(value) => show({ logy: value })} />
      </p>
      <div class="gallery">
        <div>
          <Chart title="History" x="trial" y={metric} lines={lines} logY={isLogY} whole height={280} />
          <Legend lines={lines} />
        </div>
        <div>
          <Chart
            title={`Slice: ${parameter}`}
            x={parameter}
            y={metric}
            {...sliceOf(ranked, parameter)}
            logX={logarithmic.includes(parameter)}
            logY={isLogY}
            height={280}
          />
          <div class="bar">
            <Choice
              label="Setting"
              value={parameter}
              options={parameters}
              onChange={(value) => show({ slice: value })}
            />
          </div>
        </div>
      </div>
      <h2>Parallel coordinates</h2>
      <Coordinates ranked={ranked} parameters={parameters} logarithmic={logarithmic} metric={metric} />
      <h2>Importance</h2>
      {importance.length === 0 ? (
        <p class="note">It takes six trials with a result.</p>
      ) : (
        <table>
          <caption>
            Share of the variance of the result that a setting alone explains (ω² of a one-way analysis of
            variance, numbers in five groups).
          </caption>
          <tbody>
            {importance.map(({ parameter, share }) => (
              <tr key={parameter}>
                <th scope="row">{parameter}</th>
                <td>
                  <meter
                    min={0}
                    max={1}
                    value={share}
                    aria-label={`${parameter}: ${(100 * share).toFixed(0)} %`}
                  />
                </td>
                <td class="number">{(100 * share).toFixed(0)} %</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </>
  );
}

/** The colour of a rank among so many: the best stands out most, darkest on paper and lightest on a dark page. */
export function rankColour(rank: number, count: number): string {
  const share = count < 2 ? 1 : 1 - rank / (count - 1);
  return `light-dark(${rampColour(0.25 + 0.75 * share)}, ${rampColour(0.72 - 0.7 * share)})`;
}

// --- internal ---

/** Milliseconds between two readings of a study, at least: its journal grows with every epoch of every trial, and each costs all its pictures. */
const patience = 5000;

/** Read again when its journal has grown, now and then. */
function usePage(id: string, row: StudyRow | undefined): { page?: Page; error?: string } {
  const [found, setFound] = useState<{ page?: Page; error?: string; id?: string }>({});
  const last = useRef({ id: '', at: 0 });
  useEffect(() => {
    if (!row) return;
    const due = last.current.id === id ? last.current.at + patience : 0;
    const timer = setTimeout(
      () => {
        last.current = { id, at: performance.now() };
        read<Page>(`/api/studies/${id}`)
          .then((page) => setFound({ page, id }))
          .catch((error: unknown) => {
            if (error instanceof Refused) setFound({ error: error.message, id });
          });
      },
      Math.max(0, due - performance.now()),
    );
    return () => clearTimeout(timer);
  }, [id, row, generation.value]);
  return found.id === id ? found : {};
}

function history(ranked: readonly ShownTrial[]): Line[] {
  const inOrder = ranked.toSorted((a, b) => a.number - b.number);
  const x = inOrder.map(({ number }) => number);
  const rank = new Map(ranked.map((trial, i) => [trial, i]));
  let best = ranked.length - 1;
  const stairs = inOrder.map((trial) => ranked[(best = Math.min(best, rank.get(trial)!))].value);
  return [
    { name: 'trials', colour: 0, x, y: inOrder.map(({ value }) => value), points: true },
    {
      name: 'best so far',
      colour: 1,
      x: x.flatMap((at, i) => (i === 0 ? [at] : [at, at])),
      y: stairs.flatMap((value, i) => (i === 0 ? [value] : [stairs[i - 1], value])),
    },
  ];
}

/** Words get places 0, 1, 2, … */
function sliceOf(ranked: readonly ShownTrial[], parameter: string): { lines: Line[]; places?: string[] } {
  const having = ranked.filter(({ parameters }) => parameters[parameter] !== undefined);
  const values = having.map(({ parameters }) => parameters[parameter]);
  const places = values.every((value) => typeof value === 'number')
    ? undefined
    : [...new Set(values.map(String))].sort();
  const x = values.map((value) => (places ? places.indexOf(String(value)) : (value as number)));
  return {
    lines: [{ name: 'trials', colour: 0, x, y: having.map(({ value }) => value), points: true }],
    ...(places && { places }),
  };
}

function Trials({
  trials,
  parameters,
  metric,
}: {
  trials: readonly ShownTrial[];
  parameters: readonly string[];
  metric: string;
}) {
  const side = (name: string): string | undefined =>
    trials.some(({ parameters }) => typeof parameters[name] === 'number') ? 'number' : undefined;
  return (
    <Wide label="trials">
      <table class="runs numbered">
        <thead>
          <tr>
            <th scope="col">trial</th>
            <th scope="col">state</th>
            <th scope="col" class="number">
              {metric}
            </th>
            {parameters.map((name) => (
              <th scope="col" key={name} class={side(name)}>
                {name}
              </th>
            ))}
            <th scope="col" class="number">
              time
            </th>
          </tr>
        </thead>
        <tbody>
          {trials.slice(0, 500).map(({ number, state, value, parameters: own, run, seconds }) => (
            <tr key={number}>
              <th scope="row">{run ? <Link to={goTo('run', { id: run })}>{number}</Link> : number}</th>
              <td>{state}</td>
              <td class="number">{cellText('value', value ?? undefined)}</td>
              {parameters.map((name) => (
                <td key={name} class={side(name)}>
                  {cellText(name, own[name])}
                </td>
              ))}
              <td class="number">{seconds === undefined ? '–' : duration(seconds)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Wide>
  );
}
