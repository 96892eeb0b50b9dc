const marker = 'data-mail-style';
const styleAttribute = /(<[^>]*?)\sstyle\s*=\s*("[^"]*"|'[^']*')/gi;

/**
 * The HTML of a mail, looking as it would elsewhere: a frame inherits the content security policy of its page, which
 * refuses styles without its nonce, and anything that runs. Style elements get the nonce, style attributes become rules
 * of one that has it.
 */
export function withAllowedStyles(html: string, nonce: string): string {
  const text = html.replace(styleAttribute, `$1 ${marker}=$2`).replace(/<style/gi, `<style nonce="${nonce}"`);
  const mail = new DOMParser().parseFromString(text, 'text/html');
  for (const script of mail.querySelectorAll('script')) script.remove();
  const rules: string[] = [];
  for (const [index, element] of [...mail.querySelectorAll(`[${marker}]`)].entries()) {
    rules.push(`[${marker}="${index}"] { ${element.getAttribute(marker) ?? ''} }`);
    element.setAttribute(marker, `${index}`);
  }
  const styles = [...mail.querySelectorAll('style')].map((style) => {
    style.remove();
    return style.textContent ?? '';
  });
  const head = `<style nonce="${nonce}">${[...styles, ...rules].join('\n')}</style>`;
  return `<!doctype html><html><head>${head}</head>${mail.body.outerHTML}</html>`;
}
