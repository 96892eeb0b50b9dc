/** Formats of the journal with the endings of their files. */
export const journalFormats = [
  { value: 'hledger', label: 'hledger', ending: 'journal' },
  { value: 'ledger', label: 'ledger', ending: 'journal' },
  { value: 'beancount', label: 'beancount', ending: 'beancount' },
  { value: 'csv', label: 'CSV', ending: 'csv' },
] as const;
