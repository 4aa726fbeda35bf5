/** A form for a new run, from the schema of its configuration: what is filled in is laid over the defaults as `lethe train` does it. */

import { useEffect, useState } from 'preact/hooks';
import type { FormField, Forms, Resolved, RunRow } from '../src/shared/api.ts';
import { goTo } from '../src/shared/view.ts';
import { Link } from './link.tsx';
import { hasToken, read, send } from './server.ts';
import { about, runs, show, view } from './state.ts';
import { Lines, Wide } from './wide.tsx';

/** Milliseconds after the last key until the server is asked. */
const patience = 300;

export function StartPage() {
  const { target, set } = view.value;
  const [forms, setForms] = useState<Forms | undefined>();
  const [found, setFound] = useState<{ resolved?: Resolved; error?: string }>({});
  /** the last configuration without an error: it says what the form has while something in it is wrong */
  const [sound, setSound] = useState<{ target: string; config: Resolved['config'] } | undefined>();
  const [name, setName] = useState('');
  const [isBusy, setBusy] = useState(false);
  const [said, setSaid] = useState('');
  const [copied, setCopied] = useState('');
  const lines = set.split('\n').filter((line) => line !== '');
  const given = new Map(
    lines.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
  );
  useEffect(() => {
    read<Forms>('/api/forms')
      .then(setForms)
      .catch((error: Error) => setFound({ error: error.message }));
  }, []);
  useEffect(() => {
    if (target === '' || !hasToken()) return setFound({});
    const controller = new AbortController();
    const resolve = (set: readonly string[]) =>
      send<Resolved>('/api/resolve', { target, set }, controller.signal).then((resolved) => {
        setSound({ target, config: resolved.config });
        return resolved;
      });
    const timer = setTimeout(() => {
      resolve(lines)
        .then((resolved) => setFound({ resolved }))
        .catch((error: Error) => {
          if (controller.signal.aborted) return;
          setFound({ error: error.message });
          // Without the settings there may be no error; where there is, it has been told.
          if (sound?.target !== target && lines.length > 0) resolve([]).catch(() => {});
        });
    }, patience);
    return () => {
      clearTimeout(timer);
      controller.abort();
    };
  }, [target, set]);

  if (about.value.readOnly)
    return <Refusal words="This dashboard was opened with --read-only: it starts nothing." />;
  if (!hasToken())
    return (
      <Refusal words="Starting a run needs the token in the address that lethe ui prints in its terminal. Open that address once in this browser." />
    );
  const config = sound?.target === target ? sound.config : undefined;
  const task =
    forms?.tasks.find(
      (one) => target.startsWith(`${one.name}/`) && !forms.recipes.some((recipe) => recipe.name === target),
    ) ?? forms?.tasks.find((one) => one.name === config?.task);
  const put = (key: string, value: string): void => {
    const next = new Map(given);
    if (value === '') next.delete(key);
    else next.set(key, value);
    show({ set: Array.from(next, ([key, value]) => `${key}=${value}`).join('\n') });
  };
  const copy = (text: string): Promise<void> =>
    navigator.clipboard.writeText(text).then(
      () => setCopied(text),
      () => {}, // it stands above, to be copied by hand
    );
  const start = async (event: Event): Promise<void> => {
    event.preventDefault();
    setBusy(true);
    setSaid('');
    try {
      const row = await send<RunRow>('/api/start', { target, set: lines, ...(name && { name }) });
      runs.value = new Map(runs.value).set(row.id, row);
      show(goTo('run', { id: row.id }), { step: true });
    } catch (error) {
      setSaid((error as Error).message);
      setBusy(false);
    }
  };
  return (
    <main>
      <h1>Start a run</h1>
      <form onSubmit={start}>
        <div class="bar">
          <label class="grow">
            Recipe, or TASK/DATASET
            <input
              list="targets"
              required
              value={target}
              onInput={(event) => show({ target: event.currentTarget.value.trim() })}
            />
            <datalist id="targets">
              {forms?.recipes.map(({ name, title }) => (
                <option key={name} value={name} label={title} />
              ))}
              {forms?.tasks.flatMap(({ name, datasets }) =>
                datasets.map((data) => (
                  <option key={`${name}/${data.name}`} value={`${name}/${data.name}`} label={data.status} />
                )),
              )}
            </datalist>
          </label>
          <label>
            Name of the run
            <input
              value={name}
              placeholder={found.resolved?.name ?? 'by data, method, seed'}
              pattern="[\p{L}\p{N}][\p{L}\p{M}\p{N}_+.\-]*"
              onInput={(event) => setName(event.currentTarget.value)}
            />
          </label>
          <button type="submit" class="main" disabled={isBusy || found.resolved === undefined}>
            {isBusy ? 'Starting…' : 'Start'}
          </button>
        </div>
        <p class="error" role="alert">
          {said || found.error || ''}
        </p>
        {!forms && !found.error && <p role="status">Reading what can be set …</p>}
        {task && (
          <Fields fields={task.fields} given={given} resolved={config} error={found.error ?? ''} put={put} />
        )}
      </form>
      {target === '' && forms && <Recipes recipes={forms.recipes} />}
      {found.resolved && (
        <section>
          <h2>What it will be</h2>
          <Lines kind="command" text={found.resolved.command} />
          <div class="bar">
            <button type="button" onClick={() => void copy(found.resolved!.command)}>
              Copy as command
            </button>
            <span role="status">{copied === found.resolved.command && 'copied'}</span>
          </div>
          <details open>
            <summary>resolved configuration</summary>
            <Lines text={JSON.stringify(found.resolved.config, null, 2)} />
          </details>
        </section>
      )}
    </main>
  );
}

// --- internal ---

function Refusal({ words }: { words: string }) {
  return (
    <main>
      <h1>Start a run</h1>
      <p>{words}</p>
    </main>
  );
}

/** Where nothing is chosen yet: what there is to choose. */
function Recipes({ recipes }: Pick<Forms, 'recipes'>) {
  return (
    <>
      <p>
        Choose a recipe, or data as TASK/DATASET: all that can be set then stands here, with what it is set
        to.
      </p>
      <Wide label="recipes">
        <table>
          <tbody>
            {recipes.map(({ name, title }) => (
              <tr key={name}>
                <th scope="row">
                  <Link to={goTo('start', { target: name })}>{name}</Link>
                </th>
                <td>{title}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </Wide>
    </>
  );
}

interface FieldsProps {
  fields: readonly FormField[];
  given: ReadonlyMap<string, string>;
  /** the configuration as it is so far */
  resolved: Record<string, unknown> | undefined;
  /** what is wrong with what was filled in */
  error: string;
  put(key: string, value: string): void;
}

/** What is changed most stands before the rest, which keeps the order of the schema. */
const firstParts = ['model', 'training', 'optimizer'];

function Fields({ fields, given, resolved, error, put }: FieldsProps) {
  const named = error.split(/[\s,:;"']+/);
  const parts = new Map<string, FormField[]>(firstParts.map((part) => [part, []]));
  for (const field of fields) {
    const value = valueAt(resolved, field.key);
    // Of other variants (another optimizer) it is not there.
    if (resolved && value === undefined && field.of) continue;
    const part = field.key.includes('.') ? field.key.split('.')[0] : 'run';
    parts.set(part, [...(parts.get(part) ?? []), field]);
  }
  return (
    <div class="fields">
      {[...parts]
        .filter(([, some]) => some.length > 0)
        .map(([part, some]) => (
          <fieldset key={part}>
            <legend>{part}</legend>
            {some.map((field) => (
              <Field
                key={field.key}
                field={field}
                text={given.get(field.key) ?? ''}
                value={valueAt(resolved, field.key)}
                error={named.includes(field.key) ? error : undefined}
                put={put}
              />
            ))}
          </fieldset>
        ))}
    </div>
  );
}

function Field({
  field,
  text,
  value,
  error,
  put,
}: {
  field: FormField;
  text: string;
  value: unknown;
  /** what is wrong with it */
  error: string | undefined;
  put(key: string, value: string): void;
}) {
  const { key, type, choices, meaning } = field;
  const now = inWords(value === undefined ? field.default : value);
  return (
    <div class={text === '' ? 'field' : 'field given'}>
      <label for={key}>
        {key
          .split('.')
          .slice(key.includes('.') ? 1 : 0)
          .join('.')}
      </label>
      {choices ? (
        <select
          id={key}
          value={text}
          aria-describedby={`${key}-meaning`}
          aria-invalid={error !== undefined}
          onChange={(event) => put(key, event.currentTarget.value)}
        >
          <option value="">{text === '' ? now : `as by default (${inWords(field.default)})`}</option>
          {choices.map((one) => (
            <option key={one} value={one}>
              {one}
            </option>
          ))}
        </select>
      ) : (
        <input
          id={key}
          value={text}
          placeholder={now}
          aria-describedby={`${key}-meaning`}
          aria-invalid={error !== undefined}
          title={now}
          onInput={(event) => put(key, event.currentTarget.value)}
        />
      )}
      <small id={`${key}-meaning`} title={type}>
        {meaning}
        {error !== undefined && <span class="alert"> {error}</span>}
      </small>
    </div>
  );
}

const inWords = (value: unknown): string =>
  value === null || value === undefined
    ? 'none'
    : typeof value === 'object'
      ? JSON.stringify(value)
      : String(value);

const valueAt = (tree: unknown, key: string): unknown =>
  key
    .split('.')
    .reduce<unknown>(
      (inner, part) =>
        typeof inner === 'object' && inner !== null ? (inner as Record<string, unknown>)[part] : undefined,
      tree,
    );
