import { type PlainKey, useI18n } from '../../i18n';
import { formatDate } from '../../lib/format';
import { NARROW, useMedia } from '../../lib/media';
import { CaseStateBadge } from '../../ui/CaseStateBadge';
import { Dong } from '../../ui/Money';
import { TableRegion } from '../../ui/table';
import type { CaseFileFragment, ObligationPartsFragment } from './case.gen';

type Amount = 'amount' | 'adjusted' | 'done' | 'held' | 'reduced' | 'terminated' | 'entrusted' | 'closed' | 'remaining';

const AMOUNTS: readonly { readonly name: Amount; readonly label: PlainKey; readonly always?: true }[] = [
  { name: 'amount', label: 'money.amount', always: true },
  { name: 'adjusted', label: 'money.adjusted' },
  { name: 'done', label: 'money.done', always: true },
  { name: 'held', label: 'money.held' },
  { name: 'reduced', label: 'money.reduced' },
  { name: 'terminated', label: 'money.terminated' },
  { name: 'entrusted', label: 'money.entrusted' },
  { name: 'closed', label: 'money.closed' },
  { name: 'remaining', label: 'money.remaining', always: true },
];

/** The columns that say something: amounts that are zero everywhere are left out. */
export function amountsOf(obligations: readonly Pick<ObligationPartsFragment, Amount>[]): readonly (typeof AMOUNTS)[number][] {
  return AMOUNTS.filter(({ name, always }) => always || obligations.some((obligation) => obligation[name] !== 0));
}

/** Each obligation with what became of it and what remains. */
export function Obligations({ file }: { readonly file: CaseFileFragment }) {
  const { t } = useI18n();
  const narrow = useMedia(NARROW);
  const amounts = amountsOf(file.obligations);
  return (
    <div>
      <h2 id="obligations" className="section-title">{t('case.obligations')} <span className="soft normal">({t('money.inDong')})</span></h2>
      {narrow ? (
        <ul className="cards">
          {file.obligations.map((obligation) => (
            <li key={obligation.id} className="card">
              <ObligationHead obligation={obligation} file={file} />
              <p><CaseStateBadge state={obligation.state} /> <StateDetail obligation={obligation} /></p>
              <dl className="pairs">
                {amounts.filter(({ name, always }) => always || obligation[name] !== 0).map(({ name, label }) => (
                  <div key={name}><dt>{t(label)}</dt><dd><Dong value={obligation[name]} /></dd></div>
                ))}
              </dl>
            </li>
          ))}
        </ul>
      ) : (
        <TableRegion label={t('case.obligations')}>
          <thead>
            <tr>
              <th scope="col">{t('case.obligation')}</th>
              <th scope="col">{t('cases.column.state')}</th>
              {amounts.map(({ name, label }) => <th key={name} scope="col" className="right">{t(label)}</th>)}
            </tr>
          </thead>
          <tbody>
            {file.obligations.map((obligation) => (
              <tr key={obligation.id}>
                <th scope="row"><ObligationHead obligation={obligation} file={file} /></th>
                <td><CaseStateBadge state={obligation.state} /><div><StateDetail obligation={obligation} /></div></td>
                {amounts.map(({ name }) => (
                  <td key={name} className={name === 'remaining' ? 'right strong' : 'right'}><Dong value={obligation[name]} /></td>
                ))}
              </tr>
            ))}
          </tbody>
          {file.obligations.length > 1 ? (
            <tfoot>
              <tr>
                <th scope="row" colSpan={2}>{t('money.sum')}</th>
                {amounts.map(({ name }) => (
                  <td key={name} className="right">
                    <Dong value={file.obligations.reduce((sum, obligation) => sum + obligation[name], 0)} />
                  </td>
                ))}
              </tr>
            </tfoot>
          ) : null}
        </TableRegion>
      )}
    </div>
  );
}

function ObligationHead({ obligation, file }: { readonly obligation: ObligationPartsFragment; readonly file: CaseFileFragment }) {
  const { t } = useI18n();
  const names = (ids: readonly string[]) => file.parties.filter((party) => ids.includes(party.id)).map((party) => party.name).join(', ');
  const who = [names(obligation.debtors), names(obligation.creditors)].filter((text) => text !== '').join(' → ');
  return (
    <>
      <div>{t(`obligationKind.${obligation.kind}`)}{obligation.periodic ? <span className="soft normal"> · {t('case.periodic')}</span> : null}</div>
      {obligation.content ? <div className="small soft normal">{obligation.content}</div> : null}
      {who ? <div className="small soft normal">{who}</div> : null}
    </>
  );
}

function StateDetail({ obligation }: { readonly obligation: ObligationPartsFragment }) {
  const { t } = useI18n();
  return (
    <span className="small soft">
      {t('cases.since', { date: formatDate(obligation.since) })}
      {obligation.until ? ` ${t('case.until', { date: formatDate(obligation.until) })}` : null}
      {obligation.ground ? <><br />{obligation.ground.citation}: {obligation.ground.name}</> : null}
    </span>
  );
}
