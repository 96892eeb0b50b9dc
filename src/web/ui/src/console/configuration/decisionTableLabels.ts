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

/** Names the editable cells of decision tables below `parent`, now and whenever they change. Returns what ends it. */
export function labelCells(parent: HTMLElement): () => void {
  const label = () => {
    // The head of the rules' numbers says nothing.
    for (const head of parent.querySelectorAll('th:empty')) head.setAttribute('role', 'presentation');
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
