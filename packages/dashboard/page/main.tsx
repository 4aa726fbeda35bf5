/** The page: what the address asks for, under a bar with the way to everything else. */
import { type ComponentType, render } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { goTo } from '../src/shared/view.ts';
import { Diff } from './diff.tsx';
import { Link } from './link.tsx';
import { Waiting } from './placeholder.tsx';
import { RunList } from './run-list.tsx';
import { RunPage } from './run-page.tsx';
import { takeToken } from './server.ts';
import { StartPage } from './start-page.tsx';
import { about, connection, open, runs, studies, view } from './state.ts';
import { Studies } from './studies.tsx';
import { StudyPage } from './study-page.tsx';

function App() {
  const { page, sel, id } = view.value;
  const shown = runs.value.get(id)?.name ?? studies.value.get(id)?.name ?? titles[page];
  useEffect(() => {
    document.title = shown === undefined ? 'Lethe' : `${shown} · Lethe`;
  }, [shown]);
  return (
    <>
      <header>
        <nav aria-label="pages">
          <Link to={goTo('runs')} current={page === 'runs'}>
            Runs
          </Link>
          {studies.value.size > 0 && (
            <Link to={goTo('studies')} current={page === 'studies' || page === 'study'}>
              Studies
            </Link>
          )}
          {sel !== '' && (
            <Link to={goTo('diff', { sel })} current={page === 'diff'}>
              Compare
            </Link>
          )}
          <Link to={goTo('methods')} current={page === 'methods'}>
            Methods
          </Link>
          <Link to={goTo('start')} current={page === 'start'}>
            Start
          </Link>
        </nav>
        <span class="place">{about.value.name}</span>
        <span class={`live ${connection.value}`} role="status">
          {connection.value === 'live'
            ? 'live'
            : connection.value === 'lost'
              ? 'no connection, trying again'
              : 'opening'}
        </span>
      </header>
      <Page page={page} />
    </>
  );
}

/** What tabs and the history of the browser call pages. */
const titles: Readonly<Record<string, string>> = {
  ...{ runs: 'Runs', studies: 'Studies', diff: 'Compare', methods: 'Methods', start: 'Start' },
};

function Page({ page }: { page: string }) {
  // What was said, made and measured of one run does not stand on the page of another.
  const { id } = view.value;
  if (page === 'run') return <RunPage key={id} />;
  if (page === 'studies') return <Studies />;
  if (page === 'study') return <StudyPage key={id} />;
  if (page === 'diff') return <Diff />;
  if (page === 'methods') return <Methods />;
  if (page === 'start') return <StartPage />;
  return <RunList />;
}

/** Comes with the library, which no other page needs. */
function Methods() {
  const [part, setPart] = useState<{ Explorer?: ComponentType; error?: string }>({});
  useEffect(() => {
    import('./explorer/explorer.tsx').then(
      ({ Explorer }) => setPart({ Explorer }),
      (error: Error) => setPart({ error: error.message }),
    );
  }, []);
  const { Explorer, error } = part;
  if (Explorer) return <Explorer />;
  if (error === undefined) return <Waiting />;
  return (
    <main>
      <p class="error">{error}</p>
    </main>
  );
}

takeToken();
await open();
render(<App />, document.body);
