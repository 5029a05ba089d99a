import { useI18n } from '../../i18n';
import { formatDate } from '../../lib/format';
import { NARROW, useMedia } from '../../lib/media';
import { Badge } from '../../ui/Badge';
import { EmptyState } from '../../ui/states';
import { TableRegion } from '../../ui/table';
import { TaskStateBadge } from './badges';
import type { BodyPartsFragment, ConferenceRecordFragment, ItemPartsFragment, TaskPartsFragment } from './conference.gen';
import { type Duty, dutiesOf } from './duties';

type Row = Duty<ItemPartsFragment, TaskPartsFragment>;

/** What the conference ended with: the duties it set, who leads each, and where each stands. */
export function Conclusion({ conference: { conclusion, tasks } }: { readonly conference: ConferenceRecordFragment }) {
  const { t } = useI18n();
  const duties = dutiesOf(conclusion?.items ?? [], tasks);
  return (
    <div>
      <h2 id="conclusion" className="section-title">{t('conference.conclusion')}</h2>
      {conclusion ? (
        <p className="soft prose">
          {t('conference.concludedBy', { name: conclusion.by })}
          {conclusion.number ? ` · ${t('conference.notice', { number: conclusion.number })}` : null}
          {conclusion.date ? ` · ${formatDate(conclusion.date)}` : null}
        </p>
      ) : <div className="card"><EmptyState title={t('conference.noConclusion')} /></div>}
      {conclusion?.text ? <p className="card note">{conclusion.text}</p> : null}
      {duties.length > 0 ? <Duties duties={duties} /> : null}
    </div>
  );
}

function Duties({ duties }: { readonly duties: readonly Row[] }) {
  const { t, integer } = useI18n();
  const narrow = useMedia(NARROW);
  if (narrow) {
    return (
      <ul className="cards">
        {duties.map((duty) => (
          <li key={keyOf(duty)} className="card">
            <p><Content duty={duty} /></p>
            <div className="small"><Leads duty={duty} /></div>
            <div className="row"><Status duty={duty} /> <span className="small soft"><Deadline duty={duty} /></span></div>
          </li>
        ))}
      </ul>
    );
  }
  return (
    <TableRegion label={t('conference.tasks', { n: integer(duties.length) })}>
      <thead>
        <tr>
          <th scope="col">{t('conference.task')}</th>
          <th scope="col">{t('conference.lead')}</th>
          <th scope="col">{t('conference.deadline')}</th>
          <th scope="col">{t('cases.column.state')}</th>
        </tr>
      </thead>
      <tbody>
        {duties.map((duty) => (
          <tr key={keyOf(duty)}>
            <th scope="row" className="normal"><Content duty={duty} /></th>
            <td><Leads duty={duty} /></td>
            <td><Deadline duty={duty} /></td>
            <td><Status duty={duty} /></td>
          </tr>
        ))}
      </tbody>
    </TableRegion>
  );
}

const keyOf = ({ item, tasks }: Row) => item?.id ?? tasks[0]?.id ?? '';

const names = (bodies: readonly BodyPartsFragment[]) => bodies.map((body) => body.unit?.shortName ?? body.name).join(', ');

function Content({ duty: { item, tasks } }: { readonly duty: Row }) {
  if (!item) return tasks[0]?.title;
  return <><small className="soft num">{item.id}</small> {item.content}</>;
}

function Leads({ duty: { item, tasks } }: { readonly duty: Row }) {
  const { t } = useI18n();
  if (tasks.length === 0) return names(item?.leads ?? []);
  return tasks.map((task) => (
    <div key={task.id}>
      {names([task.lead])}
      {task.coordinating.length > 0 ? <span className="block small soft">{t('conference.with', { names: names(task.coordinating) })}</span> : null}
    </div>
  ));
}

function Deadline({ duty: { tasks } }: { readonly duty: Row }) {
  const { t } = useI18n();
  if (tasks.length === 0) return t('conference.noDeadline');
  return tasks.map((task) => {
    const text = task.dueOn ? formatDate(task.dueOn) : task.standing ? t('conference.standing') : t('conference.noDeadline');
    return <div key={task.id} className="num">{text}</div>;
  });
}

function Status({ duty: { tasks } }: { readonly duty: Row }) {
  const { t } = useI18n();
  if (tasks.length === 0) return <span className="soft small">{t('conference.noTask')}</span>;
  return tasks.map((task) => (
    <div key={task.id} className="row">
      <TaskStateBadge state={task.state} />
      {task.overdue ? <Badge tone="bad" icon="warning">{t('conference.overdue')}</Badge> : null}
      {task.progress === null ? null : <span className="small soft num">{t('conference.progress', { n: String(task.progress) })}</span>}
    </div>
  ));
}
