/** Fields of arrows. */
import { element, rounded } from './element.ts';
import type { Arrows } from './mark.ts';
import type { Scale } from './scale.ts';

/** One path a colour. A head is as long as 4.5 pixels, or as half of a short arrow. */
export function drawArrows(mark: Arrows, x: Scale, y: Scale): string {
  const paths = new Map<string, string>();
  for (let i = 0; i < mark.x.length; i++) {
    const length = mark.length[i];
    const [middleX, middleY] = [x.at(mark.x[i]), y.at(mark.y[i])];
    const [alongX, alongY] = [x.at(mark.x[i] + mark.dx[i]) - middleX, y.at(mark.y[i] + mark.dy[i]) - middleY];
    const along = Math.hypot(alongX, alongY);
    if (!(length > 0 && along > 0)) continue;
    const [dx, dy] = [(alongX / along) * length, (alongY / along) * length];
    const [tipX, tipY] = [middleX + dx / 2, middleY + dy / 2];
    const [tailX, tailY] = [tipX - dx, tipY - dy];
    const head = Math.min(4.5, 0.5 * length);
    const [ux, uy] = [(dx / length) * head, (dy / length) * head];
    const wing = (side: number): string =>
      `${rounded(tipX - ux + 0.5 * side * uy)} ${rounded(tipY - uy - 0.5 * side * ux)}`;
    const shaft = `M${rounded(tailX)} ${rounded(tailY)}L${rounded(tipX - ux)} ${rounded(tipY - uy)}`;
    const tip = `M${rounded(tipX)} ${rounded(tipY)}L${wing(1)}L${wing(-1)}Z`;
    const colour = mark.colourOf(i);
    paths.set(colour, (paths.get(colour) ?? '') + shaft + tip);
  }
  const drawn = Array.from(paths, ([colour, d]) =>
    element('path', { class: 'arrows', d, fill: colour, stroke: colour, 'stroke-width': 0.9 }),
  );
  return drawn.join('');
}
