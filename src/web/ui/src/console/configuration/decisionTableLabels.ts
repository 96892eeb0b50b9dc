const editable = '[contenteditable="true"]:not([aria-label])';

function textOf(element: Element | null | undefined): string {
  return element?.textContent?.replace(/\s+/g, ' ').trim() ?? '';
}

function labelOf(cell: Element): string {
  const place = cell.closest('td, th');
  const row = place?.closest('tr');
  const number = textOf(row?.querySelector('td.rule-index'));
  if (!place || !row || number === '') return 'Name';
  const column = [...row.children].indexOf(place);
  const heads = place.closest('table')?.querySelectorAll('thead tr:first-child > *') ?? [];
  return `Rule ${number}, ${textOf(heads[column]) || 'annotation'}`;
}

function hiddenText(text: string): HTMLElement {
  const element = document.createElement('span');
  element.className = 'visually-hidden';
  element.textContent = text;
  return element;
}

/** What such an input shows belongs to its name: "Hit policy: Unique". */
function nameWithValue(input: Element): void {
  const name = input.getAttribute('aria-label');
  const value = textOf(input);
  if (name !== null && value !== '') input.setAttribute('aria-label', `${name}: ${value}`);
}

/**
 * Names what the tables of dmn-js leave without a name below `parent`, now and whenever they change. Returns what ends
 * it.
 */
export function labelCells(parent: HTMLElement): () => void {
  const label = () => {
    for (const head of parent.querySelectorAll('th:empty')) head.append(hiddenText('Rule'));
    for (const input of parent.querySelectorAll('.dms-input:not([role])')) {
      input.setAttribute('role', 'button');
      nameWithValue(input);
    }
    for (const cell of parent.querySelectorAll(editable)) {
      cell.setAttribute('aria-label', labelOf(cell));
      cell.setAttribute('role', 'textbox');
    }
  };
  const observer = new MutationObserver(label);
  observer.observe(parent, { childList: true, subtree: true });
  label();
  return () => {
    observer.disconnect();
  };
}
