import { useI18n } from '../../i18n';
import type { CaseFileFragment } from './case.gen';

/** The steps the law allows from here, with the articles that say so. */
export function NextSteps({ steps }: { readonly steps: CaseFileFragment['nextSteps'] }) {
  const { t } = useI18n();
  if (steps.length === 0) return null;
  return (
    <details className="card no-print">
      <summary><h2>{t('case.nextSteps')}</h2></summary>
      <ul className="plain-list">
        {steps.map((step) => {
          const articles = [
            step.law2008 ? t('case.law2008', { article: step.law2008 }) : undefined,
            step.law2025 ? t('case.law2025', { article: step.law2025 }) : undefined,
          ].filter((article) => article !== undefined);
          return (
            <li key={step.kind}>
              {t(`caseEventKind.${step.kind}`)}
              {articles.length > 0 ? <div className="small soft">{articles.join(' · ')}</div> : null}
            </li>
          );
        })}
      </ul>
    </details>
  );
}
