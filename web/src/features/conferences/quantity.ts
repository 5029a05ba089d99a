// How a reported figure is written: with its unit, and with what the report said about its exactness.
import type { Operator, QuantityUnit } from '../../graphql/schema.gen';
import type { I18n } from '../../i18n';

export interface Quantity {
  readonly unit: QuantityUnit;
  readonly count: number | null;
  readonly amount: number | null;
  readonly percent: number | null;
}

/** The number of a quantity: the field of its unit. */
export function numberOf({ count, amount, percent }: Quantity): number {
  return count ?? amount ?? percent ?? 0;
}

export function writeQuantity(quantity: Quantity, { t, integer, dongShort, percent, points }: I18n): string {
  const value = numberOf(quantity);
  switch (quantity.unit) {
    case 'CASES': return t('quantity.CASES', { n: integer(value) });
    case 'DONG': return dongShort(value);
    case 'PERCENT': return percent(value);
    case 'POINTS': return t('quantity.POINTS', { n: points(value) });
    // A bare number such as a year: grouping its digits would change what it says.
    case 'NONE': return String(value);
  }
}

/** A difference, with its sign. */
export function writeDifference(quantity: Quantity, i18n: I18n): string {
  const text = writeQuantity(quantity, i18n);
  // Points carry their sign already.
  return numberOf(quantity) > 0 && quantity.unit !== 'POINTS' ? `+${text}` : text;
}

/** "trên 34%" and the like; an exact value stands alone. */
export function writeClaim(operator: Operator, quantity: string, { t }: I18n): string {
  return operator === 'EQUAL' ? quantity : t(`operator.${operator}`, { value: quantity });
}
