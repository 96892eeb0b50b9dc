/* global Element, DocumentFragment */
// min-dom, whose `domify` makes elements by innerHTML: the content security policy refuses style attributes in it. Here
// they are set one by one, as scripts may.
import { domify as domifyMarkup } from '../../../node_modules/min-dom/dist/index.esm.js';

export * from '../../../node_modules/min-dom/dist/index.esm.js';

const styleAttribute = /(<[^>]*?)\sstyle="([^"]*)"/g;
const kept = 'data-style-of-markup';

export function domify(markup, document) {
  const element = domifyMarkup(markup.replace(styleAttribute, `$1 ${kept}="$2"`), document);
  if (!(element instanceof Element || element instanceof DocumentFragment)) return element;
  const styled = [...element.querySelectorAll(`[${kept}]`)];
  if (element instanceof Element && element.hasAttribute(kept)) styled.push(element);
  for (const each of styled) {
    each.style.cssText = each.getAttribute(kept) ?? '';
    each.removeAttribute(kept);
  }
  return element;
}
