import type { ReactNode } from 'react';
import { useI18n } from '../i18n';
import { Icon } from './icons';

/** A table that may be wider than the screen: the region scrolls, also by keyboard, and the page does not. */
export function TableRegion({ label, busy = false, children }: {
  readonly label: string;
  readonly busy?: boolean;
  readonly children: ReactNode;
}) {
  return (
    // A scrollable region has to be reachable by keyboard, so it takes the focus although it is no control.
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <section className={busy ? 'table-scroll refreshing' : 'table-scroll'} aria-label={label} aria-busy={busy} tabIndex={0}>
      <table className="table">
        <caption className="visually-hidden">{label}</caption>
        {children}
      </table>
    </section>
  );
}

export type Direction = 'ascending' | 'descending';

/** The heading of a column that can be sorted by. */
export function SortHeading({ direction, onSort, right = false, children }: {
  readonly direction: Direction | undefined;
  readonly onSort: () => void;
  readonly right?: boolean;
  readonly children: ReactNode;
}) {
  return (
    <th scope="col" aria-sort={direction ?? 'none'} className={right ? 'right' : undefined}>
      <button type="button" className="sort" onClick={onSort}>
        {children}<Icon name={direction ?? 'unsorted'} />
      </button>
    </th>
  );
}

/** Back and forth through a list of keyset pages. There are no page numbers: rows come and go while one reads. */
export function Pager({ children, label, onFirst, onPrevious, onNext }: {
  readonly children: ReactNode;
  /** Of what: needed where a page has several lists. */
  readonly label?: string;
  readonly onFirst: (() => void) | undefined;
  readonly onPrevious: (() => void) | undefined;
  readonly onNext: (() => void) | undefined;
}) {
  const { t } = useI18n();
  return (
    <nav className="pager" aria-label={label ? `${t('pager.label')}: ${label}` : t('pager.label')}>
      <span className="soft">{children}</span>
      <span className="row">
        <button type="button" className="button" disabled={!onFirst} onClick={onFirst}>{t('pager.first')}</button>
        <button type="button" className="button" disabled={!onPrevious} onClick={onPrevious}>
          <Icon name="previous" />{t('pager.previous')}
        </button>
        <button type="button" className="button" disabled={!onNext} onClick={onNext}>
          {t('pager.next')}<Icon name="next" />
        </button>
      </span>
    </nav>
  );
}
