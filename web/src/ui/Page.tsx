import { type ReactNode, useEffect, useRef } from 'react';
import { useI18n } from '../i18n';

/**
 * The head of a page: its only h1 and the title of the window. The heading takes the focus when a page is opened
 * from within the application, as a browser does on loading, so that a screen reader says where one is.
 */
export function PageHead({ title, sub, children }: {
  readonly title: string;
  readonly sub?: ReactNode;
  readonly children?: ReactNode;
}) {
  const { t } = useI18n();
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => { document.title = `${title} · ${t('app.name')}`; }, [title, t]);
  useEffect(() => {
    if ('navigated' in document.documentElement.dataset) heading.current?.focus({ preventScroll: true });
  }, []);
  return (
    <header className="page-head">
      <div>
        <h1 ref={heading} tabIndex={-1}>{title}</h1>
        {sub ? <div className="sub">{sub}</div> : null}
      </div>
      {children ? <div className="row no-print">{children}</div> : null}
    </header>
  );
}
