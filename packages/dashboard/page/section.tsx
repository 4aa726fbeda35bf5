/** A section of a report: notes, tables, pictures with their numbers, documents as text. */
import type { ShownSection } from '../src/shared/api.ts';
import { Lines, Wide } from './wide.tsx';

export function Section({ section: { title, parts } }: { section: ShownSection }) {
  return (
    <section>
      <h2>{title}</h2>
      <div class="gallery">
        {parts.map((part, i) => {
          if (part.kind === 'note')
            return (
              <p key={i} class="whole">
                {part.note}
              </p>
            );
          if (part.kind === 'document') {
            return (
              <figure key={i}>
                <figcaption>{part.title}</figcaption>
                <Lines text={part.content} />
              </figure>
            );
          }
          if (part.kind === 'table') {
            const { header, rows, align } = part;
            const side = (c: number): string | undefined => (align[c] === 'r' ? 'number' : undefined);
            const kindOf = (c: number, text: string): string | undefined =>
              side(c) ?? (text.length > 20 ? 'long' : undefined);
            return (
              <Wide key={i} label={title} kind="whole">
                <table>
                  <thead>
                    <tr>
                      {header.map((text, c) => (
                        <th scope="col" key={c} class={side(c)}>
                          {text}
                        </th>
                      ))}
                    </tr>
                  </thead>
                  <tbody>
                    {rows.map((row, r) => (
                      <tr key={r}>
                        {row.map((text, c) => (
                          <td key={c} class={kindOf(c, text)}>
                            {text}
                          </td>
                        ))}
                      </tr>
                    ))}
                  </tbody>
                </table>
              </Wide>
            );
          }
          return (
            <figure key={i} class={part.wide ? 'paper whole' : 'paper'}>
              <img src={part.src} alt={part.title} width={part.width} height={part.height} loading="lazy" />
              <figcaption>
                <a href={part.csv} download>
                  CSV
                </a>{' '}
                <a href={part.src} download>
                  SVG
                </a>
              </figcaption>
            </figure>
          );
        })}
      </div>
    </section>
  );
}
