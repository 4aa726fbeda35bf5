/** The settings of one method as sliders and choices, written back into its words. */

import type { MethodKey, MethodKeys } from 'lethe/dropout';

export function MethodSettings({
  words,
  keys,
  onChange,
}: {
  words: string;
  keys: MethodKeys;
  onChange(words: string): void;
}) {
  const [name, given] = settingsOf(words);
  const put = (key: string, value: string): void => {
    const next = new Map(given);
    if (value === '') next.delete(key);
    else next.set(key, value);
    const text = [...next].map(([key, value]) => `${key}=${value}`).join(',');
    onChange(text === '' ? name : `${name}:${text}`);
  };
  if (Object.keys(keys).length === 0) return null;
  return (
    <div class="bar">
      {Object.entries(keys).map(([key, about]) => (
        <Setting
          key={key}
          name={key}
          about={about}
          value={given.get(key)}
          onChange={(value) => put(key, value)}
        />
      ))}
    </div>
  );
}

// --- internal ---

/** `NAME:key=value,…` in parts. */
function settingsOf(words: string): [name: string, settings: Map<string, string>] {
  const at = words.indexOf(':');
  if (at < 0) return [words, new Map()];
  const settings = words
    .slice(at + 1)
    .split(',')
    .map((one): [string, string] => [one.split('=')[0].trim(), one.slice(one.indexOf('=') + 1).trim()]);
  return [words.slice(0, at), new Map(settings)];
}

interface SettingProps {
  name: string;
  about: MethodKey;
  value: string | undefined;
  onChange(value: string): void;
}

function Setting({ name, about, value, onChange }: SettingProps) {
  const { kind, words, default: usual } = about;
  if (kind === 'rate') {
    const rate = Number(value ?? usual ?? 0) || 0;
    return (
      <label title={about.about}>
        {name}
        <input
          type="range"
          min="0"
          max="0.95"
          step="0.05"
          value={rate}
          onInput={(event) => onChange(event.currentTarget.value)}
        />
        <output>{rate.toFixed(2)}</output>
      </label>
    );
  }
  const choices = words ?? (kind === 'flag' ? ['true', 'false'] : undefined);
  const unsaid = usual === undefined ? 'by default' : String(usual);
  if (choices) {
    return (
      <label title={about.about}>
        {name}
        <select value={value ?? ''} onChange={(event) => onChange(event.currentTarget.value)}>
          <option value="">{unsaid}</option>
          {choices
            .filter((word) => word !== String(usual))
            .map((word) => (
              <option key={word} value={word}>
                {word}
              </option>
            ))}
        </select>
      </label>
    );
  }
  return (
    <label title={about.about}>
      {name}
      <input
        class="short"
        value={value ?? ''}
        placeholder={unsaid}
        onChange={(event) => onChange(event.currentTarget.value)}
      />
    </label>
  );
}
