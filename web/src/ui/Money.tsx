import { useI18n } from '../i18n';
import { isShortExact } from '../lib/format';

/** An amount exactly, in a column whose heading names the unit. */
export function Dong({ value }: { readonly value: number }) {
  const { dong } = useI18n();
  return <data className="num" value={value}>{dong(value)}</data>;
}

/** An amount to be grasped at a glance, with the exact one under it where they differ. */
export function DongShort({ value }: { readonly value: number }) {
  const { dongShort, dongExact } = useI18n();
  return (
    <data value={value}>
      <span className="num">{dongShort(value)}</span>
      {isShortExact(value) ? null : <small className="num soft exact">{dongExact(value)}</small>}
    </data>
  );
}
