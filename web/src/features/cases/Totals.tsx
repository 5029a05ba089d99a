import { type PlainKey, useI18n } from '../../i18n';
import { DongShort } from '../../ui/Money';
import { ShareBar } from '../../ui/ShareBar';
import type { CaseFileFragment } from './case.gen';

type TotalName = Exclude<keyof CaseFileFragment['totals'], 'total' | '__typename'>;

/** The parts that add up to the total, in the order of the bar, with the pattern that tells them apart. */
const PARTS: readonly { readonly name: TotalName; readonly label: PlainKey; readonly look: 'done' | 'held' | 'off' | 'rest' }[] = [
  { name: 'done', label: 'money.done', look: 'done' },
  { name: 'held', label: 'money.held', look: 'held' },
  { name: 'reduced', label: 'money.reduced', look: 'off' },
  { name: 'terminated', label: 'money.terminated', look: 'off' },
  { name: 'entrusted', label: 'money.entrusted', look: 'off' },
  { name: 'closed', label: 'money.closed', look: 'off' },
  { name: 'remaining', label: 'money.remaining', look: 'rest' },
];

/** What was ordered and what became of it: total = the sum of the parts, always. */
export function Totals({ file }: { readonly file: CaseFileFragment }) {
  const { t } = useI18n();
  const { totals } = file;
  const shown = PARTS.filter(({ name }) => totals[name] !== 0 || name === 'done' || name === 'remaining');
  return (
    <section className="card" aria-labelledby="totals">
      <h2 id="totals">{t('case.totals')}</h2>
      <dl className="figures">
        <div><dt>{t('money.total')}</dt><dd><DongShort value={totals.total} /></dd></div>
        {shown.map(({ name, label, look }) => (
          <div key={name}><dt><span className={`swatch ${look}`} />{t(label)}</dt><dd><DongShort value={totals[name]} /></dd></div>
        ))}
      </dl>
      <ShareBar parts={shown.map(({ name, look }) => ({ look, value: totals[name] }))} total={totals.total} />
    </section>
  );
}
