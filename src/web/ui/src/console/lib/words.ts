const units: [number, string][] = [
  [86_400, 'day'],
  [3600, 'hour'],
  [60, 'minute'],
  [1, 'second'],
];

function counted(count: number, unit: string): string {
  return `${count} ${unit}${count === 1 ? '' : 's'}`;
}

/** "2 hours 5 minutes": the two largest parts. */
export function duration(seconds: number): string {
  const parts: string[] = [];
  let left = Math.max(0, Math.round(seconds));
  for (const [size, unit] of units) {
    const count = Math.floor(left / size);
    left -= count * size;
    if (count > 0) parts.push(counted(count, unit));
    if (parts.length === 2) break;
  }
  return parts.length === 0 ? '0 seconds' : parts.join(' ');
}

export function count(value: number, noun: string, locale: string, plural = `${noun}s`): string {
  return `${value.toLocaleString(locale)} ${value === 1 ? noun : plural}`;
}

/** "3.2 GB" */
export function bytes(value: number, locale: string): string {
  const names = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'];
  const power = value < 1000 ? 0 : Math.min(Math.floor(Math.log10(value) / 3), names.length - 1);
  return new Intl.NumberFormat(locale, {
    style: 'unit',
    unit: names[power] ?? 'byte',
    unitDisplay: 'short',
    maximumFractionDigits: 1,
  }).format(value / 1000 ** power);
}
