import { Badge } from '@mantine/core';
import { Fragment } from 'react';
import type { Schemas } from '@/shared/api/client';
import classes from './ChainPicture.module.css';

type Handler = Schemas['EngineHandler'];

const PHASE_COLOURS = { statement: 'blue', document: 'grape', dunning: 'orange' } as const;

interface Need {
  fact: string;
  /** Place in the chain of the handler that leaves it, from 1; null: the engine itself does. */
  from: number | null;
}

function needsOf(handlers: readonly Handler[], at: number): Need[] {
  return (handlers[at]?.needs ?? []).map((fact) => {
    const index = handlers.slice(0, at).findLastIndex((earlier) => earlier.leaves.includes(fact));
    return { fact, from: index < 0 ? null : index + 1 };
  });
}

function Facts({ title, facts }: { title: string; facts: string[] }) {
  if (facts.length === 0) return null;
  return (
    <div>
      <dt>{title}</dt>
      <dd>{facts.join(', ')}</dd>
    </div>
  );
}

/** A class name that may go on in the next line where a word of it begins. */
function breakable(name: string) {
  return name.split(/(?=[A-Z])/).map((word, index) => (
    <Fragment key={index}>
      {index > 0 ? <wbr /> : null}
      {word}
    </Fragment>
  ));
}

function Step({ handler, number, needs }: { handler: Handler; number: number; needs: Need[] }) {
  return (
    <li className={classes.step} data-phase={handler.phase}>
      <div className={classes.head}>
        <span className={classes.number} aria-hidden>
          {number}
        </span>
        <h3 className={classes.name}>{breakable(handler.class)}</h3>
      </div>
      <Badge size="sm" color={PHASE_COLOURS[handler.phase]}>
        {handler.phase === 'dunning' ? 'step of dunning' : `${handler.phase} phase`}
      </Badge>
      <p className={classes.summary}>{handler.summary}</p>
      <dl className={classes.facts}>
        {handler.parameters.map((parameter) => (
          <div key={parameter.name} title={parameter.help}>
            <dt>{parameter.name}</dt>
            <dd>
              <code>{parameter.value === '' ? '(empty)' : parameter.value}</code>
              {parameter.is_default ? ' (default)' : ''}
            </dd>
          </div>
        ))}
        <Facts
          title="Needs"
          facts={needs.map(({ fact, from }) => (from === null ? fact : `${fact} (from ${from})`))}
        />
        <Facts title="Leaves" facts={handler.leaves} />
        <Facts title="Uses up" facts={handler.uses_up} />
        {handler.library === null ? null : <Facts title="Plug-in" facts={[handler.library]} />}
      </dl>
      <p className={classes.place}>
        {handler.file}:{handler.line}
      </p>
    </li>
  );
}

/** The handlers of a chain in the order of execution, with what goes from one to the next. */
export function ChainPicture({ engine, handlers }: { engine: string; handlers: Handler[] }) {
  return (
    <ol className={classes.chain} aria-label={`Chain of ${engine}`}>
      {handlers.map((handler, index) => (
        <Step
          key={`${handler.class} ${handler.line}`}
          handler={handler}
          number={index + 1}
          needs={needsOf(handlers, index)}
        />
      ))}
    </ol>
  );
}
