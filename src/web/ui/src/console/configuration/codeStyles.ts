import { StyleModule } from 'style-mod';
import { cspNonce } from '@/app/nonce';

/**
 * Makes the one style element that all editors write to, with this page's nonce, and puts it at the end of the head: at its
 * beginning, where it would be made, it would stand before the encoding. Editors of decision tables give no nonce of their own.
 */
export function mountCodeStyles(): void {
  StyleModule.mount(document, new StyleModule({}), { nonce: cspNonce() });
  const first = document.head.firstElementChild;
  if (first instanceof HTMLStyleElement) document.head.append(first);
}
