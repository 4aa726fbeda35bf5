/** A link within the page: the address is a real one, so that it can be opened in a new tab. */
import type { ComponentChildren } from 'preact';
import { searchOf, type View } from '../src/shared/view.ts';
import { show } from './state.ts';

export function Link({
  to,
  children,
  current,
}: {
  to: View;
  children: ComponentChildren;
  current?: boolean;
}) {
  return (
    <a
      href={searchOf(to) || '/'}
      aria-current={current ? 'page' : undefined}
      onClick={(event) => {
        if (event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
        event.preventDefault();
        show(to, { step: true });
        scrollTo(0, 0);
      }}
    >
      {children}
    </a>
  );
}
