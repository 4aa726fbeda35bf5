/** A text that may be broken behind its commas and colons, as long settings of methods are. */
import { Fragment } from 'preact';

export function Breaking({ text }: { text: string }) {
  const parts = text.split(/(?<=[,:+])/);
  return (
    <>
      {parts.map((part, i) => (
        <Fragment key={i}>
          {i > 0 && <wbr />}
          {part}
        </Fragment>
      ))}
    </>
  );
}
