/** A form for a new run, from the schema of its configuration: what is filled in is laid over the defaults as `lethe train` does it. */

import { useEffect, useState } from 'preact/hooks';
import type { FormField, Forms, Resolved } from '../src/shared/api.ts';
import { goTo } from '../src/shared/view.ts';
import { hasToken, read, send } from './server.ts';
import { about, show, view } from './state.ts';
import { Lines } from './wide.tsx';

/** Milliseconds after the last key until the server is asked. */
const patience = 300;

export function StartPage() {
  const { target, set } = view.value;
  const [forms, setForms] = useState<Forms | undefined>();
  const [found, setFound] = useState<{ resolved?: Resolved; error?: string }>({});
  const [name, setName] = useState('');
  const [isBusy, setBusy] = useState(false);
  const [said, setSaid] = useState('');
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
    const timer = setTimeout(() => {
      send<Resolved>('/api/resolve', { target, set: lines }, controller.signal)
        .then((resolved) => setFound({ resolved }))
        .catch((error: Error) => {
          if (!controller.signal.aborted) setFound({ error: error.message });
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
  const task =
    forms?.tasks.find(
      (one) => target.startsWith(`${one.name}/`) && !forms.recipes.some((recipe) => recipe.name === target),
    ) ?? forms?.tasks.find((one) => one.name === found.resolved?.config.task);
  const put = (key: string, value: string): void => {
    const next = new Map(given);
    if (value === '') next.delete(key);
    else next.set(key, value);
    show({ set: Array.from(next, ([key, value]) => `${key}=${value}`).join('\n') });
  };
  const start = async (event: Event): Promise<void> => {
    event.preventDefault();
    setBusy(true);
    setSaid('');
    try {
      const { id } = await send<{ id: string }>('/api/start', { target, set: lines, ...(name && { name }) });
      show(goTo('run', { id }), { step: true });
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
        {task && <Fields fields={task.fields} given={given} resolved={found.resolved?.config} put={put} />}
      </form>
      {found.resolved && (
        <section>
          <h2>What it will be</h2>
          <Lines kind="command" text={found.resolved.command} />
          <button type="button" onClick={() => navigator.clipboard.writeText(found.resolved!.command)}>
            Copy as command
          </button>
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

interface FieldsProps {
  fields: readonly FormField[];
  given: ReadonlyMap<string, string>;
  /** the configuration as it is so far */
  resolved: Record<string, unknown> | undefined;
  put(key: string, value: string): void;
}

function Fields({ fields, given, resolved, put }: FieldsProps) {
  const parts = new Map<string, FormField[]>();
  for (const field of fields) {
    const value = valueAt(resolved, field.key);
    // Of other variants (another optimizer) it is not there.
    if (resolved && value === undefined && field.of) continue;
    const part = field.key.includes('.') ? field.key.split('.')[0] : 'run';
    parts.set(part, [...(parts.get(part) ?? []), field]);
  }
  return (
    <div class="fields">
      {Array.from(parts, ([part, some]) => (
        <fieldset key={part}>
          <legend>{part}</legend>
          {some.map((field) => (
            <Field
              key={field.key}
              field={field}
              text={given.get(field.key) ?? ''}
              value={valueAt(resolved, field.key)}
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
  put,
}: {
  field: FormField;
  text: string;
  value: unknown;
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
          onInput={(event) => put(key, event.currentTarget.value)}
        />
      )}
      <small id={`${key}-meaning`} title={type}>
        {meaning}
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
