/** All studies. */

import { goTo } from '../src/shared/view.ts';
import { Link } from './link.tsx';
import { studies } from './state.ts';
import { Wide } from './wide.tsx';
import { metricWords } from './words.ts';

export function Studies() {
  if (studies.value.size === 0)
    return (
      <main>
        <h1>Studies</h1>
        <p>
          There is no study here yet: <code>lethe search</code>, <code>lethe compare</code> and{' '}
          <code>lethe sweep</code> make them.
        </p>
      </main>
    );
  return (
    <main>
      <h1>Studies</h1>
      <Wide label="studies">
        <table>
          <thead>
            <tr>
              <th scope="col">study</th>
              <th scope="col">path</th>
              <th scope="col" class="number">
                trials
              </th>
              <th scope="col">metric</th>
            </tr>
          </thead>
          <tbody>
            {[...studies.value.values()].map(({ id, name, path, trials, metric }) => (
              <tr key={id}>
                <th scope="row">
                  <Link to={goTo('study', { id })}>{name}</Link>
                </th>
                <td>{path}</td>
                <td class="number">{trials}</td>
                <td>{metricWords(metric)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </Wide>
    </main>
  );
}
