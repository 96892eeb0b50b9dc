import { Badge, Text } from '@mantine/core';
import type { Schemas } from '@/shared/api/client';
import { useReader } from '@/shared/format/reader';
import classes from './runs.module.css';

type RunSummary = Schemas['RunSummary'];

const colours = { running: 'blue', done: 'green', cancelled: 'gray' } as const;

export function RunStateBadge({ state }: { state: RunSummary['state'] }) {
  return <Badge color={colours[state]}>{state}</Badge>;
}

const parts = [
  { key: 'invoiced', label: 'invoiced' },
  { key: 'nothing_due', label: 'nothing due' },
  { key: 'held', label: 'held' },
  { key: 'parked', label: 'parked' },
  { key: 'left', label: 'left' },
] as const;

/** due = invoiced + nothing due + held + parked + left, and whether it is so. */
export function AccountingIdentity({ run }: { run: RunSummary }) {
  const { locale } = useReader();
  const sum = parts.reduce((total, { key }) => total + run[key], 0);
  const left = run.state === 'running' ? 'to do' : 'left out';
  return (
    <div className={classes.identity}>
      <span>
        <b className="tabular">{run.due.toLocaleString(locale)}</b> due
      </span>
      <span aria-hidden>{sum === run.due ? '=' : '≠'}</span>
      {parts.map(({ key, label }, index) => (
        <span key={key} data-part={key}>
          {index > 0 ? '+ ' : ''}
          <b className="tabular">{run[key].toLocaleString(locale)}</b> {key === 'left' ? left : label}
        </span>
      ))}
      {sum === run.due ? (
        <Badge color="green">adds up</Badge>
      ) : (
        <Badge color="red">does not add up: {sum.toLocaleString(locale)}</Badge>
      )}
    </div>
  );
}

/** How much of the run is done, by what became of its customers. */
export function OutcomeBar({ run, label }: { run: RunSummary; label: string }) {
  const done = run.due - run.left;
  return (
    <div
      className={classes.bar}
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={run.due}
      aria-valuenow={done}
      aria-valuetext={`${done} of ${run.due} customers`}
    >
      {parts
        .filter(({ key }) => key !== 'left' && run[key] > 0)
        .map(({ key, label: name }) => (
          <span
            key={key}
            data-part={key}
            title={`${run[key]} ${name}`}
            style={{ width: `${(100 * run[key]) / Math.max(run.due, 1)}%` }}
          />
        ))}
    </div>
  );
}

/** What a run is for, where it is not for everybody. */
export function RunScope({ run }: { run: RunSummary }) {
  const scope = [run.customer, run.period].filter((part) => part !== null).join(', ');
  return scope === '' ? (
    <Text span c="dimmed" inherit>
      all
    </Text>
  ) : (
    <>{scope}</>
  );
}
