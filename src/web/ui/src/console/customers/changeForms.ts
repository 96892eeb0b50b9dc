import type { Schemas } from '@/shared/api/client';

export type Change = Schemas['CustomerChange'];
export type ChangeKind = Change['kind'];

/** How a member of a change is typed. */
export interface Field {
  name: string;
  label: string;
  help?: string;
  input:
    | 'text'
    | 'decimal'
    | 'integer'
    | 'day'
    /** `today`, `period-end` or a day */
    | 'when'
    | 'plan'
    | 'document'
    /** "seats=10 devices=3" */
    | 'quantities'
    /** words divided by commas or blanks */
    | 'words'
    /** "1 3=12.50": lines of a document, each perhaps with an amount */
    | 'lines'
    | 'yes';
  required?: boolean;
  choices?: { value: string; label: string }[];
  initial?: string;
}

export interface Form {
  kind: ChangeKind;
  title: string;
  /** Of the button that makes the change. */
  verb: string;
  /** It replaces what one has read. */
  replaces?: true;
  fields: Field[];
}

const plan: Field = { name: 'plan', label: 'Plan', input: 'plan', required: true };
const when: Field = {
  name: 'when',
  label: 'When',
  help: 'It counts from midnight in the customer’s time zone',
  input: 'when',
  required: true,
  initial: 'today',
};
const from: Field = { name: 'from', label: 'From', input: 'day', required: true };
const until: Field = {
  name: 'until',
  label: 'Until',
  help: 'First day without it; empty: for good',
  input: 'day',
};
const currency: Field = { name: 'currency', label: 'Currency', help: 'Empty: the usual one', input: 'text' };
const quantities: Field = {
  name: 'quantities',
  label: 'Quantities',
  help: 'Such as seats=10 devices=3',
  input: 'quantities',
};
const environment: Field = { name: 'environment', label: 'Environment', input: 'text' };
const key = (help: string): Field => ({ name: 'key', label: 'Key', help, input: 'text', required: true });
const amount: Field = { name: 'amount', label: 'Amount', input: 'decimal', required: true };
const document: Field = { name: 'document', label: 'Document', input: 'document', required: true };
const reason: Field = {
  name: 'reason',
  label: 'Reason',
  help: 'Printed on it',
  input: 'text',
  required: true,
};
const grantedFrom: Field = { name: 'from', label: 'From', help: 'Empty: at once', input: 'day' };
const expires: Field = {
  name: 'expires',
  label: 'Expires',
  help: 'First day it does not count any more',
  input: 'day',
};
const priority: Field = {
  name: 'priority',
  label: 'Priority',
  help: 'The lowest is drawn first',
  input: 'integer',
};
const title: Field = { name: 'title', label: 'Title', help: 'As printed', input: 'text' };
const figure: Field[] = [
  plan,
  { name: 'charge', label: 'Charge', input: 'text', required: true },
  {
    name: 'figure',
    label: 'Figure',
    help: 'fee, price, allowance, tier-2-price …',
    input: 'text',
    required: true,
  },
];

/** Every change of a customer, as something to fill in. */
export const forms: Record<ChangeKind, Form> = {
  subscribe: {
    kind: 'subscribe',
    title: 'Subscribe to a plan',
    verb: 'Subscribe',
    fields: [
      plan,
      from,
      until,
      { name: 'key', label: 'Key', help: 'Empty: plan and first day', input: 'text' },
      quantities,
      environment,
      currency,
      { name: 'trial_until', label: 'Trial until', help: 'Empty: as the plan says', input: 'day' },
      { name: 'no_trial', label: 'Without the plan’s trial', input: 'yes' },
    ],
  },
  'change-plan': {
    kind: 'change-plan',
    title: 'Change the plan',
    verb: 'Change the plan',
    fields: [plan, when, { ...quantities, help: 'Others are carried over' }, environment, currency],
  },
  'change-quantities': {
    kind: 'change-quantities',
    title: 'Change quantities',
    verb: 'Change quantities',
    fields: [{ ...quantities, required: true }, when],
  },
  cancel: {
    kind: 'cancel',
    title: 'Cancel the subscription',
    verb: 'Cancel it',
    fields: [{ ...when, initial: 'period-end' }],
  },
  pause: {
    kind: 'pause',
    title: 'Pause the subscription',
    verb: 'Pause it',
    fields: [
      when,
      {
        name: 'until',
        label: 'Until',
        help: 'First day that counts again; empty: until resumed',
        input: 'day',
      },
    ],
  },
  resume: { kind: 'resume', title: 'Resume the subscription', verb: 'Resume it', fields: [when] },
  agree: {
    kind: 'agree',
    title: 'Agree on a figure',
    verb: 'Agree',
    fields: [
      ...figure,
      {
        name: 'value',
        label: 'Value',
        help: 'A number; of an allowance also unlimited',
        input: 'text',
        required: true,
      },
      from,
      until,
    ],
  },
  'end-agreement': {
    kind: 'end-agreement',
    title: 'End what is agreed',
    verb: 'End it',
    fields: [
      ...figure,
      { name: 'on', label: 'On', help: 'First day without it', input: 'day', required: true },
    ],
  },
  charge: {
    kind: 'charge',
    title: 'Charge something by hand',
    verb: 'Charge it',
    fields: [
      key('Unique within the customer'),
      { ...title, required: true },
      { name: 'price', label: 'Price of one', input: 'decimal', required: true },
      { name: 'quantity', label: 'Quantity', help: 'Empty: 1', input: 'decimal' },
      { name: 'unit', label: 'Unit', input: 'text' },
      { name: 'on', label: 'On', input: 'day', required: true },
      { name: 'tax', label: 'Tax category', help: 'Empty: standard', input: 'text' },
      currency,
    ],
  },
  discount: {
    kind: 'discount',
    title: 'Give a discount',
    verb: 'Give it',
    fields: [
      key('The same again changes its end'),
      {
        name: 'percentage',
        label: 'Percentage',
        help: 'Above 0, at most 100',
        input: 'decimal',
        required: true,
      },
      from,
      until,
    ],
  },
  'grant-coupon': {
    kind: 'grant-coupon',
    title: 'Grant a coupon',
    verb: 'Grant it',
    fields: [
      key('Unique within the customer'),
      title,
      { ...amount, required: false, help: 'Either an amount or a percentage' },
      { name: 'percent', label: 'Percent', input: 'decimal' },
      currency,
      { name: 'documents', label: 'Documents', help: 'How many may draw it', input: 'integer' },
      priority,
      grantedFrom,
      expires,
      { name: 'charges', label: 'Charges', help: 'Empty: all', input: 'words' },
    ],
  },
  'grant-prepaid': {
    kind: 'grant-prepaid',
    title: 'Grant prepaid credit',
    verb: 'Grant it',
    fields: [key('Unique within the customer'), title, amount, currency, priority, grantedFrom, expires],
  },
  'top-up': {
    kind: 'top-up',
    title: 'Top prepaid credit up',
    verb: 'Top up',
    fields: [key('Of the credit'), amount],
  },
  pay: {
    kind: 'pay',
    title: 'Book a payment',
    verb: 'Book it',
    fields: [
      {
        name: 'reference',
        label: 'Reference',
        help: 'Unique within the customer',
        input: 'text',
        required: true,
      },
      { ...amount, help: 'Below zero: taken back' },
      { name: 'on', label: 'Received on', input: 'day', required: true },
      { ...document, required: false, help: 'Empty: the oldest open ones' },
      currency,
      { name: 'note', label: 'Note', input: 'text' },
    ],
  },
  void: {
    kind: 'void',
    title: 'Void a document',
    verb: 'Void it',
    fields: [
      document,
      {
        name: 'mode',
        label: 'What becomes of its lines',
        input: 'text',
        required: true,
        initial: 'rebill',
        choices: [
          { value: 'rebill', label: 'billed again by the next run' },
          { value: 'waive', label: 'waived: they stay as billed' },
        ],
      },
      reason,
    ],
  },
  'credit-note': {
    kind: 'credit-note',
    title: 'Issue a credit note',
    verb: 'Issue it',
    fields: [
      document,
      {
        name: 'lines',
        label: 'Lines',
        help: 'Numbers, such as 1 3, or with an amount: 3=12.50',
        input: 'lines',
        required: true,
      },
      {
        name: 'nature',
        label: 'Nature',
        input: 'text',
        required: true,
        initial: 'concession',
        choices: [
          { value: 'concession', label: 'concession: the line was right' },
          { value: 'correction', label: 'correction: the line was wrong' },
        ],
      },
      reason,
    ],
  },
  'billing-mode': {
    kind: 'billing-mode',
    title: 'Show or bill costs',
    verb: 'Set it',
    replaces: true,
    fields: [
      {
        name: 'mode',
        label: 'What becomes of costs',
        input: 'text',
        required: true,
        initial: 'showback',
        choices: [
          { value: 'showback', label: 'shown: documents that ask for nothing' },
          { value: 'chargeback', label: 'billed' },
        ],
      },
      { ...from, help: 'Counts for periods that begin on it or later' },
    ],
  },
  parent: {
    kind: 'parent',
    title: 'Put below another customer',
    verb: 'Put it there',
    replaces: true,
    fields: [
      { name: 'parent', label: 'Parent', help: 'Key of a customer; empty: below nobody', input: 'text' },
      { name: 'gets_mails', label: 'The parent gets the mails', input: 'yes' },
    ],
  },
  edit: {
    kind: 'edit',
    title: 'Edit the customer',
    verb: 'Save',
    replaces: true,
    fields: [
      { name: 'name', label: 'Name', input: 'text', required: true },
      { name: 'email', label: 'Mail address', help: 'Empty: gets no mail', input: 'text' },
      { name: 'time_zone', label: 'Time zone', input: 'text', required: true },
      { name: 'anchor_day', label: 'Anchor day', help: '1 to 31', input: 'integer', required: true },
      { name: 'subjects', label: 'Subjects to add', input: 'words' },
      { name: 'country', label: 'Country', help: 'Two letters', input: 'text' },
      { name: 'tax_id', label: 'Tax number', input: 'text' },
      { name: 'tax_exempt', label: 'Exempt from tax', input: 'yes' },
      { name: 'legal_entity', label: 'Legal entity', input: 'text' },
    ],
  },
};

export type Values = Readonly<Record<string, string>>;

function words(text: string): string[] {
  return text.split(/[\s,;]+/).filter((word) => word !== '');
}

function pairs(text: string): [string, string | undefined][] {
  return words(text).map((word): [string, string | undefined] => {
    const at = word.indexOf('=');
    return at < 0 ? [word, undefined] : [word.slice(0, at), word.slice(at + 1)];
  });
}

function member(field: Field, text: string): unknown {
  switch (field.input) {
    case 'integer':
      return parseInt(text, 10);
    case 'yes':
      return text === 'yes';
    case 'words':
      return words(text);
    case 'quantities':
      return Object.fromEntries(pairs(text).map(([name, value]) => [name, value ?? '']));
    case 'lines':
      return pairs(text).map(([line, value]) => ({
        line: parseInt(line, 10),
        ...(value === undefined ? {} : { amount: value }),
      }));
    default:
      return text;
  }
}

/** Members that mean something when they are emptied. */
const clearable = new Set(['edit email', 'edit tax_id']);

/** The change that a form filled in like this stands for; `fixed` are members that were given. Empty fields are left out. */
export function changeOf(form: Form, values: Values, fixed: Readonly<Record<string, string>>): Change {
  const members: [string, unknown][] = [];
  for (const field of form.fields) {
    const text = (values[field.name] ?? '').trim();
    if (text !== '') members.push([field.name, member(field, text)]);
    else if (clearable.has(`${form.kind} ${field.name}`)) members.push([field.name, null]);
  }
  return { kind: form.kind, ...fixed, ...Object.fromEntries(members) } as unknown as Change;
}
