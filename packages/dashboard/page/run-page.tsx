/** One run: its state, what can be done with it, all its curves, what its task shows, its settings. */

import { useEffect, useState } from 'preact/hooks';
import type { RunPage as Page, RunRow } from '../src/shared/api.ts';
import { timeText } from '../src/shared/cells.ts';
import { type Panel, type PanelColumn, panelsOf } from '../src/shared/panels.ts';
import { goTo } from '../src/shared/view.ts';
import { Chart, type Line } from './chart.tsx';
import { Legend } from './legend.tsx';
import { Make } from './make.tsx';
import { Gone } from './placeholder.tsx';
import { Words } from './read-text.tsx';
import { axisWords, Choice, LogBox } from './run-curves.tsx';
import { State } from './run-table.tsx';
import { Section } from './section.tsx';
import { hasToken, Refused, read, send } from './server.ts';
import { about, generation, runs, show, view } from './state.ts';
import { Uncertainty } from './uncertainty.tsx';
import { useSeries } from './use-series.ts';
import { Lines, Wide } from './wide.tsx';
import { cellText, columnWords, duration, metricWords } from './words.ts';

export function RunPage() {
  const { id } = view.value;
  const row = runs.value.get(id);
  const { page, error } = usePage(id, row);
  if (!row) return <Gone thing="run" all="All runs" to={goTo('runs')} />;
  const { columns = [], sections = [] } = page ?? {};
  return (
    <main>
      <h1>{row.name}</h1>
      <p>
        <State row={row} /> · {row.path} · {row.epoch} {row.epoch === 1 ? 'epoch' : 'epochs'} ·{' '}
        {duration(row.seconds)}
        {row.created && <> · made {timeText(row.created)}</>}
      </p>
      {row.notes.map((note) => (
        <p key={note} class="alert-box" role="alert">
          {note}
        </p>
      ))}
      <Actions row={row} page={page} />
      {error && <p class="error">{error}</p>}
      <Best row={row} />
      <h2>Curves</h2>
      <Axes columns={columns} />
      <div class="gallery">
        {panelsOf(columns.filter(isDrawn), row.metric, metricWords).map((panel) => (
          <RunPanel key={`${id} ${panel.title} ${panel.columns.length}`} panel={panel} id={id} />
        ))}
      </div>
      {page?.able.sample && <Make id={id} options={page.able.sample} name={row.name} />}
      {page?.able.predictsText && <Words id={id} />}
      {page?.able.draws && <Uncertainty id={id} />}
      {sections.map((section) => (
        <Section key={section.title} section={section} />
      ))}
      <h2>Settings</h2>
      <Settings title="configuration" values={row.config} />
      {page && <Settings title="environment" values={page.environment} />}
      {page && page.log.length > 0 && (
        <details>
          <summary>log</summary>
          <Lines text={page.log.join('\n')} />
        </details>
      )}
    </main>
  );
}

// --- internal ---

/** Read again when the run's state changes, at rest when it is another and, while it grows, now and then. */
function usePage(id: string, row: RunRow | undefined): { page?: Page; error?: string } {
  const [found, setFound] = useState<{ page?: Page; error?: string; id?: string }>({});
  const much =
    row?.state === 'running' ? Math.floor(Math.log2(row.epoch + 1)) : `${row?.epoch} ${row?.seconds}`;
  const grown = row === undefined ? '' : `${row.state} ${row.created} ${much} ${row.bestEpoch === undefined}`;
  useEffect(() => {
    if (grown === '') return;
    const controller = new AbortController();
    read<Page>(`/api/runs/${id}`, controller.signal)
      .then((page) => setFound({ page, id }))
      .catch((error: unknown) => {
        if (error instanceof Refused) setFound({ error: error.message, id });
      });
    return () => controller.abort();
  }, [id, grown, generation.value]);
  return found.id === id ? found : {};
}

/** What was looked at (examples, sentences) is the same in every epoch: it stands in the table of figures. */
const isDrawn = (column: string): boolean =>
  !about.value.words[column.replace(/^(train|valid)\./, '')]?.isCount;

/** What all charts of a run have in common. */
function Axes({ columns }: { columns: readonly string[] }) {
  const { x, logx, logy } = view.value;
  const first = ['epoch', 'step', 'seconds'].filter((key) => columns.includes(key));
  const others = columns.filter((key) => !first.includes(key));
  return (
    <div class="bar">
      <Choice
        label="X axis"
        value={x}
        options={[...first, ...others]}
        onChange={(value) => show({ x: value, zoom: '' })}
      />
      <LogBox label="log y" isOn={logy !== ''} onChange={(value) => show({ logy: value })} />
      <LogBox label="log x" isOn={logx !== ''} onChange={(value) => show({ logx: value })} />
    </div>
  );
}

/** A chart of one run. */
function RunPanel({ panel, id }: { panel: Panel; id: string }) {
  const { logx, logy, x } = view.value;
  const lines = panel.columns.flatMap((column) => useLine(id, column, x));
  return (
    <div>
      <Chart
        title={panel.title}
        x={axisWords(x)}
        y={panel.unit}
        range={panel.range}
        lines={lines}
        logX={logx !== ''}
        logY={logy !== ''}
        whole={x === 'epoch'}
        height={240}
      />
      {panel.isNamed && <Legend lines={lines} />}
    </div>
  );
}

function useLine(id: string, { key, name, colour }: PanelColumn, x: string): Line[] {
  const { series } = useSeries({ runs: [id], y: key, x, smooth: 0 });
  return series.map((one) => ({ name, colour, x: one.x, y: one.y }));
}

function Actions({ row, page }: { row: RunRow; page: Page | undefined }) {
  const [said, setSaid] = useState('');
  const [isBusy, setBusy] = useState(false);
  const act = (what: 'stop' | 'resume', words: string) => async (): Promise<void> => {
    setBusy(true);
    setSaid('');
    try {
      await send(`/api/runs/${row.id}/${what}`, {});
      setSaid(words);
    } catch (error) {
      setSaid((error as Error).message);
    }
    setBusy(false);
  };
  const copy = (text: string) => async (): Promise<void> => {
    await navigator.clipboard.writeText(text).then(
      () => setSaid('copied'),
      () => setSaid(text),
    );
  };
  const isRunning = row.state === 'running';
  const mayAct = !about.value.readOnly && hasToken();
  return (
    <div class="bar">
      {mayAct && isRunning && (
        <button type="button" disabled={isBusy} onClick={act('stop', 'asked to save and stop')}>
          Stop
        </button>
      )}
      {mayAct && !isRunning && row.state !== 'unreadable' && row.state !== 'finished' && (
        <button type="button" disabled={isBusy} onClick={act('resume', 'goes on')}>
          Resume
        </button>
      )}
      {page && (
        <>
          <button type="button" onClick={copy(page.commands.train ?? page.commands.resume)}>
            Copy as command
          </button>
          <button type="button" onClick={copy(page.commands.resume)}>
            Copy resume command
          </button>
        </>
      )}
      {mayAct && (
        <button type="button" onClick={() => show(startLike(row), { step: true })}>
          Start one like it
        </button>
      )}
      <span role="status">{said}</span>
    </div>
  );
}

/** The form with the settings of a run. */
function startLike({ config }: RunRow) {
  const set = Object.entries(config)
    .filter(([key]) => !/^(format|task|dataset|recipe(\..*)?)$/.test(key))
    .map(
      ([key, value]) =>
        `${key}=${value === null ? 'none' : typeof value === 'string' ? value : JSON.stringify(value)}`,
    );
  return goTo('start', { target: `${config.task}/${config.dataset}`, set: set.join('\n') });
}

function Best({ row }: { row: RunRow }) {
  const metrics = [
    ...new Set(
      Object.keys(row.best)
        .filter((key) => /^(train|valid|test)\./.test(key))
        .map((key) => key.replace(/^\w+\./, '')),
    ),
  ];
  if (metrics.length === 0) return null;
  return (
    <Wide label="best figures">
      <table>
        <caption>
          At epoch {row.bestEpoch}, the best by validation{row.reading ? ' of what was read so far' : ''}
        </caption>
        <thead>
          <tr>
            <th scope="col">figure</th>
            {['train', 'valid', 'test'].map((split) => (
              <th scope="col" class="number" key={split}>
                {split}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {metrics.map((metric) => (
            <tr key={metric}>
              <th scope="row">{metricWords(metric)}</th>
              {['train', 'valid', 'test'].map((split) => (
                <td key={split} class="number">
                  {cellText(`${split}.${metric}`, row.best[`${split}.${metric}`])}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </Wide>
  );
}

function Settings({ title, values }: { title: string; values: Record<string, unknown> }) {
  return (
    <details>
      <summary>{title}</summary>
      <table>
        <tbody>
          {Object.entries(values).map(([key, value]) => (
            <tr key={key}>
              <th scope="row">{columnWords(key)}</th>
              <td>
                {value === null ? 'none' : typeof value === 'object' ? JSON.stringify(value) : String(value)}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </details>
  );
}
