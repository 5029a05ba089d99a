import { useI18n } from '../../i18n';
import { formatDate, isShortExact } from '../../lib/format';
import { NARROW, useMedia } from '../../lib/media';
import { EmptyState } from '../../ui/states';
import { TableRegion } from '../../ui/table';
import type { FigurePartsFragment } from './conference.gen';
import { numberOf, writeClaim, writeQuantity } from './quantity';

type Figure = FigurePartsFragment;

/** What was said, as it was said: the value announced, its unit and the day it speaks of. */
export function ReportedFigures({ figures }: { readonly figures: readonly Figure[] }) {
  const { t } = useI18n();
  const narrow = useMedia(NARROW);
  const quoted = figures.some((figure) => figure.quote);
  return (
    <div>
      <h2 id="figures" className="section-title">{t('conference.figures')}</h2>
      <p className="soft prose">{t('conference.figuresHint')}</p>
      {figures.length === 0 ? <div className="card"><EmptyState title={t('conference.noFigures')} /></div> : narrow ? (
        <ul className="cards">
          {figures.map((figure) => (
            <li key={figure.id} className="card">
              <div className="row between"><Metric figure={figure} /><Value figure={figure} /></div>
              <p className="small soft"><AsOf figure={figure} /></p>
              {figure.quote ? <blockquote className="small">{figure.quote}</blockquote> : null}
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
              {quoted ? <th scope="col">{t('conference.quote')}</th> : null}
            </tr>
          </thead>
          <tbody>
            {figures.map((figure) => (
              <tr key={figure.id}>
                <th scope="row"><Metric figure={figure} /></th>
                <td className="right"><Value figure={figure} /></td>
                <td className="nowrap"><AsOf figure={figure} /></td>
                {quoted ? <td className="soft">{figure.quote}</td> : null}
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
