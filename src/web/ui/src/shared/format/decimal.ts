/** Exact decimals as the API writes them: "-12.50". Nothing here goes through binary floating point. */
export type DecimalText = string;

interface Parts {
  /** value × 10^scale */
  units: bigint;
  scale: number;
}

const shape = /^-?\d+(\.\d+)?$/;

function parts(text: DecimalText): Parts {
  if (!shape.test(text)) throw new RangeError(`'${text}' is no decimal number`);
  const [whole = '0', fraction = ''] = text.split('.');
  return { units: BigInt(whole + fraction), scale: fraction.length };
}

function textOf({ units, scale }: Parts): DecimalText {
  const sign = units < 0n ? '-' : '';
  const digits = (units < 0n ? -units : units).toString().padStart(scale + 1, '0');
  return scale === 0 ? sign + digits : `${sign}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
}

function aligned(a: DecimalText, b: DecimalText): [bigint, bigint, number] {
  const left = parts(a);
  const right = parts(b);
  const scale = Math.max(left.scale, right.scale);
  return [
    left.units * 10n ** BigInt(scale - left.scale),
    right.units * 10n ** BigInt(scale - right.scale),
    scale,
  ];
}

export function isDecimal(text: string): boolean {
  return shape.test(text);
}

export function add(a: DecimalText, b: DecimalText): DecimalText {
  const [left, right, scale] = aligned(a, b);
  return textOf({ units: left + right, scale });
}

export function subtract(a: DecimalText, b: DecimalText): DecimalText {
  const [left, right, scale] = aligned(a, b);
  return textOf({ units: left - right, scale });
}

export function sum(values: Iterable<DecimalText>): DecimalText {
  let total = '0';
  for (const value of values) total = add(total, value);
  return total;
}

export function negate(text: DecimalText): DecimalText {
  const { units, scale } = parts(text);
  return textOf({ units: -units, scale });
}

/** -1, 0 or 1. */
export function sign(text: DecimalText): -1 | 0 | 1 {
  const { units } = parts(text);
  return units < 0n ? -1 : units > 0n ? 1 : 0;
}

/** Below zero, zero or above zero as a < b, a = b, a > b. */
export function compare(a: DecimalText, b: DecimalText): number {
  const [left, right] = aligned(a, b);
  return left < right ? -1 : left > right ? 1 : 0;
}

/** 100 × part / whole, cut to `digits` digits; null where whole is zero. */
export function percentOf(part: DecimalText, whole: DecimalText, digits = 1): DecimalText | null {
  const [dividend, divisor] = aligned(part, whole);
  if (divisor === 0n) return null;
  const scaled = (dividend * 100n * 10n ** BigInt(digits)) / divisor;
  return textOf({ units: scaled, scale: digits });
}

/** numerator / denominator of a value that is not negative, cut to `digits` digits. */
export function fractionOf(
  whole: DecimalText,
  numerator: number,
  denominator: number,
  digits = 0,
): DecimalText {
  const { units, scale } = parts(whole);
  const scaled = units * 10n ** BigInt(digits) * BigInt(numerator);
  return textOf({ units: scaled / (BigInt(denominator) * 10n ** BigInt(scale)), scale: digits });
}

/** Without zeros at the end of the fraction: "1.500" is "1.5". */
export function trimmed(text: DecimalText): DecimalText {
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text;
}

/** For the height of a bar or the place of a slider, never for a figure. */
export function approximately(text: DecimalText): number {
  return +text;
}
