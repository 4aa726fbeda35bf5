/** The explorer as a page of its own, for any static host. */
import { render } from 'preact';
import { viewOf } from '../../src/shared/view.ts';
import { view } from '../state.ts';
import { Explorer } from './explorer.tsx';

addEventListener('popstate', () => {
  view.value = viewOf(location.search);
});
render(<Explorer />, document.body);
