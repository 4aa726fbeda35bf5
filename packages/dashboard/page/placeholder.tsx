/** What stands in place of a page: that it is being read, or that what it showed is gone. */
import type { View } from '../src/shared/view.ts';
import { Link } from './link.tsx';

/** In place of a page that is being read. */
export function Waiting() {
  return (
    <main aria-busy="true">
      <p class="note" role="status">
        Reading …
      </p>
    </main>
  );
}

/** In place of the page of a run or a study that was deleted. */
export function Gone({ thing, all, to }: { thing: string; all: string; to: View }) {
  return (
    <main>
      <p>
        There is no such {thing} any more. <Link to={to}>{all}</Link>
      </p>
    </main>
  );
}
