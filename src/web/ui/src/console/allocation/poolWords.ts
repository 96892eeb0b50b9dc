import type { Pool } from './allocationQueries';

function listed(names: string[]): string {
  return names.join(', ');
}

/** By what a pool is divided, in words. */
export function dividedBy({ meters, given }: Pool): string {
  if (given.length > 0) {
    return `given percentages: ${listed(given.map((one) => `${one.customer ?? one.cost_centre ?? ''} ${one.percent} %`))}`;
  }
  if (meters.length === 0) return 'equally';
  if (meters.length === 1) return `usage of ${meters[0]?.meter ?? ''}`;
  return `usage: ${listed(meters.map(({ meter, weight }) => `${meter} × ${weight}`))}`;
}

/** Who bears a pool, in words. */
export function borneBy({ over, except }: Pool): string {
  const some = [
    over.cost_centres.length > 0 ? `cost centres ${listed(over.cost_centres)}` : '',
    over.customers.length > 0 ? listed(over.customers) : '',
    over.plans.length > 0 ? `plans ${listed(over.plans)}` : '',
    over.environments.length > 0 ? `environments ${listed(over.environments)}` : '',
  ].filter(Boolean);
  const without = [...except.customers, ...except.plans];
  const whom = some.length > 0 ? some.join('; ') : 'everybody';
  return without.length > 0 ? `${whom}, except ${listed(without)}` : whom;
}
