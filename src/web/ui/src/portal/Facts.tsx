import classes from './Facts.module.css';

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function words(name: string): string {
  return name.replaceAll('_', ' ').replace(/^./, (letter) => letter.toUpperCase());
}

function text(value: unknown): string {
  if (value === null || value === undefined) return '—';
  if (typeof value === 'string') return value;
  if (Array.isArray(value) && value.every((one) => !isObject(one))) return value.map(text).join(', ');
  return JSON.stringify(value);
}

/** Stored facts of a line, whichever handler made it. */
export function Facts({ facts }: { facts: Record<string, unknown> }) {
  return (
    <dl className={classes.facts}>
      {Object.entries(facts).map(([name, value]) => (
        <div key={name}>
          <dt>{words(name)}</dt>
          <dd>{isObject(value) ? <Facts facts={value} /> : text(value)}</dd>
        </div>
      ))}
    </dl>
  );
}
