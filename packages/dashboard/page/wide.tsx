/** What scrolls by itself on a narrow screen, and can be reached by the keyboard for that. */
import type { ComponentChildren } from 'preact';

export function Wide({
  label,
  kind,
  children,
}: {
  label: string;
  kind?: string;
  children: ComponentChildren;
}) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: without it nobody scrolls it with the keyboard
    <section class={`wide ${kind ?? ''}`} tabIndex={0} aria-label={label}>
      {children}
    </section>
  );
}

/** Text as it stands in a file. */
export function Lines({ kind, text }: { kind?: string; text: string }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: long text scrolls by itself
    <pre class={kind} tabIndex={0}>
      {text}
    </pre>
  );
}
