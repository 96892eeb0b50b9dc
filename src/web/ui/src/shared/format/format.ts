import { type DecimalText, isDecimal, trimmed } from './decimal';

/** How one reader wants numbers and times. */
export interface Reader {
  /** BCP 47, "de-DE" */
  locale: string;
  /** IANA, "Europe/Berlin" */
  zone: string;
}

export const browserReader: Reader = {
  locale: navigator.language,
  zone: Intl.DateTimeFormat().resolvedOptions().timeZone,
};

// Engines before ECMA-402 of 2023 would format the string as a binary number.
const formatsStrings =
  new Intl.NumberFormat('en', { maximumFractionDigits: 2 }).format('90071992547409931.12' as `${number}`) ===
  '90,071,992,547,409,931.12';

const numberFormats = new Map<string, Intl.NumberFormat>();

function numberFormat(locale: string, options: Intl.NumberFormatOptions): Intl.NumberFormat {
  const name = locale + JSON.stringify(options);
  let format = numberFormats.get(name);
  if (!format) {
    format = new Intl.NumberFormat(locale, options);
    numberFormats.set(name, format);
  }
  return format;
}

function fractionDigits(text: DecimalText): number {
  const point = text.indexOf('.');
  return point < 0 ? 0 : text.length - point - 1;
}

function formatted(text: DecimalText, locale: string, options: Intl.NumberFormatOptions): string {
  if (!isDecimal(text) || !formatsStrings) return text;
  const digits = fractionDigits(text);
  return numberFormat(locale, {
    ...options,
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  }).format(text as `${number}`);
}

/** A quantity with the digits it has, but no zeros at its end. */
export function formatDecimal(text: DecimalText, { locale }: Reader): string {
  return formatted(trimmed(text), locale, {});
}

/** An amount with all its digits and the currency's sign: "€ 1.234,50". */
export function formatMoney(amount: DecimalText, currency: string, { locale }: Reader): string {
  if (!formatsStrings) return `${amount} ${currency}`;
  return formatted(amount, locale, { style: 'currency', currency, currencyDisplay: 'narrowSymbol' });
}

/** An amount without currency, for columns whose head names it. */
export function formatAmount(amount: DecimalText, { locale }: Reader): string {
  return formatted(amount, locale, {});
}

export function formatPercent(percent: DecimalText, { locale }: Reader): string {
  return `${formatted(percent, locale, {})} %`;
}

/** A figure for an axis: "12 k". Only where it is not read as an amount. */
export function formatRoughly(value: number, { locale }: Reader): string {
  return numberFormat(locale, { notation: 'compact', maximumFractionDigits: 1 }).format(value);
}

const dateFormats = new Map<string, Intl.DateTimeFormat>();

function dateFormat(locale: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const name = locale + JSON.stringify(options);
  let format = dateFormats.get(name);
  if (!format) {
    format = new Intl.DateTimeFormat(locale, options);
    dateFormats.set(name, format);
  }
  return format;
}

/** A day of a calendar, "2026-10-31": the same day in every zone. */
export function formatDay(day: string, { locale }: Reader): string {
  return dateFormat(locale, { dateStyle: 'medium', timeZone: 'UTC' }).format(new Date(`${day}T00:00:00Z`));
}

/** A day where there is little room and the year is known: "31 Oct". */
export function formatShortDay(day: string, { locale }: Reader): string {
  return dateFormat(locale, { day: 'numeric', month: 'short', timeZone: 'UTC' }).format(
    new Date(`${day}T00:00:00Z`),
  );
}

/** The last day of a half-open stretch that ends before `endsOn`. */
export function dayBefore(endsOn: string): string {
  return new Date(Date.parse(`${endsOn}T00:00:00Z`) - 86_400_000).toISOString().slice(0, 10);
}

export function dayAfter(day: string): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + 86_400_000).toISOString().slice(0, 10);
}

/** A half-open stretch of days, said with its last day. */
export function formatDays(startsOn: string, endsOn: string, { locale }: Reader): string {
  const day = (text: string) => new Date(`${text}T00:00:00Z`);
  return dateFormat(locale, { dateStyle: 'medium', timeZone: 'UTC' }).formatRange(
    day(startsOn),
    day(dayBefore(endsOn)),
  );
}

/** "2026-10" as "October 2026". */
export function formatMonth(month: string, { locale }: Reader, style: 'long' | 'short' = 'long'): string {
  return dateFormat(locale, {
    year: style === 'long' ? 'numeric' : '2-digit',
    month: style,
    timeZone: 'UTC',
  }).format(new Date(`${month}-01T00:00:00Z`));
}

/** The month so many months before another: "2026-10", 11 is "2025-11". */
export function monthsBefore(month: string, count: number): string {
  const date = new Date(`${month}-01T00:00:00Z`);
  date.setUTCMonth(date.getUTCMonth() - count);
  return date.toISOString().slice(0, 7);
}

/** An instant in the reader's zone. */
export function formatInstant(instant: string, { locale, zone }: Reader): string {
  return dateFormat(locale, { dateStyle: 'medium', timeStyle: 'short', timeZone: zone }).format(
    new Date(instant),
  );
}

/** An instant with seconds and the name of the zone. */
export function formatInstantFully(instant: string, { locale, zone }: Reader): string {
  return dateFormat(locale, { dateStyle: 'medium', timeStyle: 'long', timeZone: zone }).format(
    new Date(instant),
  );
}

/** The calendar day of an instant in a zone: "2026-10-31". */
export function dayIn(zone: string, instant: Date): string {
  return dateFormat('sv-SE', { year: 'numeric', month: '2-digit', day: '2-digit', timeZone: zone }).format(
    instant,
  );
}
