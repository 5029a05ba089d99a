import { useQuery } from '@tanstack/react-query';
import { useI18n } from '../../i18n';
import { formatDate, isShortExact } from '../../lib/format';
import { NARROW, useMedia } from '../../lib/media';
import { EmptyState } from '../../ui/states';
import { TableRegion } from '../../ui/table';
import { VerdictBadge } from './badges';
import type { CheckPartsFragment } from './checks.gen';
import type { FigurePartsFragment } from './conference.gen';
import { checksQuery } from './queries';
import { numberOf, type Quantity, writeClaim, writeDifference, writeQuantity } from './quantity';

type Figure = FigurePartsFragment;

/** What was said, as it was said, and what the ledger computes for the same day, with the difference and the verdict. */
export function ReportedFigures({ conference, figures }: { readonly conference: string; readonly figures: readonly Figure[] }) {
  const { t } = useI18n();
  const narrow = useMedia(NARROW);
  // Asked for apart: the record is there at once, the ledger may still be adding up.
  const checks = useQuery({ ...checksQuery(conference), enabled: figures.length > 0 });
  const checkOf = (figure: Figure) => checks.data?.conference?.figures.find(({ id }) => id === figure.id)?.check ?? undefined;
  return (
    <div>
      <h2 id="figures" className="section-title">{t('conference.figures')}</h2>
      <p className="soft prose">{t('conference.figuresHint')}</p>
      {checks.isError ? <p role="status" className="soft">{t('conference.unchecked')}</p> : null}
      {figures.length === 0 ? <div className="card"><EmptyState title={t('conference.noFigures')} /></div> : narrow ? (
        <ul className="cards">
          {figures.map((figure) => (
            <li key={figure.id} className="card">
              <div className="row between"><Metric figure={figure} /><Value figure={figure} /></div>
              <p className="small soft"><AsOf figure={figure} /></p>
              <Checked check={checkOf(figure)} pending={checks.isPending} />
            </li>
          ))}
        </ul>
      ) : (
        <TableRegion label={t('conference.figures')}>
          <thead>
            <tr>
              <th scope="col">{t('conference.metric')}</th>
              <th scope="col" className="right">{t('conference.announced')}</th>
              <th scope="col">{t('conference.asOf')}</th>
              <th scope="col" className="right">{t('conference.computed')}</th>
              <th scope="col" className="right">{t('conference.difference')}</th>
              <th scope="col">{t('conference.verdict')}</th>
            </tr>
          </thead>
          <tbody>
            {figures.map((figure) => (
              <tr key={figure.id}>
                <th scope="row"><Metric figure={figure} /></th>
                <td className="right"><Value figure={figure} /></td>
                <td className="nowrap"><AsOf figure={figure} /></td>
                <CheckCells check={checkOf(figure)} pending={checks.isPending} />
              </tr>
            ))}
          </tbody>
        </TableRegion>
      )}
    </div>
  );
}

function Metric({ figure }: { readonly figure: Figure }) {
  const { t } = useI18n();
  return (
    <span>
      <small className="soft num">{figure.id}</small> {figure.label || t(`metric.${figure.metric}`)}
      {figure.qualifier ? <span className="block small soft normal">{figure.qualifier}</span> : null}
    </span>
  );
}

type Check = CheckPartsFragment | undefined;

/** The check of a figure as cells of its row. */
function CheckCells({ check, pending }: { readonly check: Check; readonly pending: boolean }) {
  const { t } = useI18n();
  if (!check) return <td colSpan={3} className="soft">{pending ? t('state.loading') : '–'}</td>;
  return (
    <>
      <td className="right"><Amount quantity={check.computed} /></td>
      <td className="right nowrap"><Difference quantity={check.difference} /></td>
      <td><Verdict check={check} /></td>
    </>
  );
}

/** The same on a card. */
function Checked({ check, pending }: { readonly check: Check; readonly pending: boolean }) {
  const { t } = useI18n();
  if (!check) return <p className="small soft">{pending ? t('state.loading') : '–'}</p>;
  return (
    <>
      {check.computed ? <div className="row between"><span>{t('conference.computed')}</span><Amount quantity={check.computed} /></div> : null}
      {check.difference ? <div className="row between"><span>{t('conference.difference')}</span><Difference quantity={check.difference} /></div> : null}
      <Verdict check={check} />
    </>
  );
}

function Verdict({ check }: { readonly check: CheckPartsFragment }) {
  return (
    <>
      <VerdictBadge verdict={check.verdict} />
      {check.verdict === 'MATCHES' ? null : <span className="block small soft">{check.reason}</span>}
      {check.warning ? <span className="block small">{check.warning}</span> : null}
    </>
  );
}

function Amount({ quantity }: { readonly quantity: Quantity | null }) {
  const i18n = useI18n();
  if (!quantity) return <span className="soft">–</span>;
  const value = numberOf(quantity);
  return (
    <data value={value}>
      <span className="num">{writeQuantity(quantity, i18n)}</span>
      {quantity.unit === 'DONG' && !isShortExact(value) ? <small className="num soft exact">{i18n.dongExact(value)}</small> : null}
    </data>
  );
}

function Difference({ quantity }: { readonly quantity: Quantity | null }) {
  const i18n = useI18n();
  return quantity ? <span className="num">{writeDifference(quantity, i18n)}</span> : <span className="soft">–</span>;
}

function Value({ figure }: { readonly figure: Figure }) {
  const i18n = useI18n();
  const { unit } = figure.value;
  const value = numberOf(figure.value);
  return (
    <data value={value} className="strong">
      <span className="num">{writeClaim(figure.operator, writeQuantity(figure.value, i18n), i18n)}</span>
      {unit === 'DONG' && !isShortExact(value) ? <small className="num soft exact">{i18n.dongExact(value)}</small> : null}
    </data>
  );
}

function AsOf({ figure }: { readonly figure: Figure }) {
  const { t } = useI18n();
  return (
    <>
      {figure.asOf ? formatDate(figure.asOf) : t('conference.noDate')}
      <span className="block small soft">{t('conference.statYear', { year: String(figure.statYear) })}</span>
    </>
  );
}
