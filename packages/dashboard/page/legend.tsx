/** Which colour is whose: what stands below a chart. */
import { Breaking } from './breaking.tsx';
import { hasValues, type Line } from './chart.tsx';

/** The names of lines that are drawn, with their colours. */
export function Legend({ lines }: { lines: readonly Line[] }) {
  const drawn = lines.filter((line) => !line.faint && hasValues(line));
  if (drawn.length === 0) return null;
  return (
    <ul class="legend">
      {drawn.map(({ name, colour }, i) => (
        <li key={i}>
          <i class={`swatch series-${colour % 8}`} /> <Breaking text={name} />
        </li>
      ))}
    </ul>
  );
}
