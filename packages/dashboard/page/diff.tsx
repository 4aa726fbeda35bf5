/** The settings in which chosen runs differ, and those that they share. */

import { cellOf, columnsOf } from '../src/shared/cells.ts';
import { differences } from '../src/shared/grouping.ts';
import { goTo, listOf } from '../src/shared/view.ts';
import { Breaking } from './breaking.tsx';
import { Link } from './link.tsx';
import { RunCurves } from './run-curves.tsx';
import { names, runs, view } from './state.ts';
import { Wide } from './wide.tsx';
import { cellText, columnWords } from './words.ts';

export function Diff() {
  const chosen = listOf(view.value.sel).flatMap((id) => runs.value.get(id) ?? []);
  const differing = differences(chosen);
  const figures = [
    ...new Set(chosen.flatMap(({ metric }) => (metric ? [`valid.${metric}`, `test.${metric}`] : []))),
  ];
  const shared = [...new Set(chosen.flatMap(({ config }) => Object.keys(config)))]
    .filter((key) => !differing.includes(key))
    .sort();
  if (chosen.length === 0)
    return (
      <main>
        <h1>Settings of runs</h1>
        <p>
          None of the runs to compare is here. Tick two or more in the table of{' '}
          <Link to={goTo('runs')}>all runs</Link>.
        </p>
      </main>
    );
  return (
    <main>
      <h1>
        Settings of {chosen.length} {chosen.length === 1 ? 'run' : 'runs'}
      </h1>
      {chosen.length < 2 && <p>Tick two or more runs in the table of the first page.</p>}
      <RunCurves runs={chosen} groups={[]} figures={columnsOf(chosen).figures} />
      <Wide label="settings that differ">
        <table class="settings">
          <thead>
            <tr>
              <th scope="col">setting</th>
              {chosen.map((row) => (
                <th scope="col" key={row.id}>
                  <Link to={goTo('run', { id: row.id })}>{names.value.get(row.id)}</Link>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {[...differing, ...figures].map((key) => (
              <tr key={key}>
                <th scope="row">{columnWords(key)}</th>
                {chosen.map((row) => (
                  <td key={row.id} class={differing.includes(key) ? 'differs' : undefined}>
                    <Breaking text={cellText(key, cellOf(row, key))} />
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </Wide>
      {differing.length === 0 && chosen.length > 1 && <p>They agree in every setting.</p>}
      <details>
        <summary>{shared.length} settings are the same</summary>
        <table>
          <tbody>
            {chosen[0] &&
              shared.map((key) => (
                <tr key={key}>
                  <th scope="row">{key}</th>
                  <td>{cellText(key, cellOf({ ...chosen[0], best: {}, last: {} }, key))}</td>
                </tr>
              ))}
          </tbody>
        </table>
      </details>
    </main>
  );
}
