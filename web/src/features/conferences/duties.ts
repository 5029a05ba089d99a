// What a conference concluded, beside the tasks that came of it.

interface Item { readonly id: string; readonly task: { readonly id: string } | null }
interface TaskOfItem { readonly id: string; readonly item: string | null }

/** One duty of the conclusion with its tasks; or tasks of the conference that name none of its duties. */
export interface Duty<I, T> {
  readonly item: I | null;
  readonly tasks: readonly T[];
}

/**
 * The duties in the order of the conclusion, each with its tasks: the one it names itself, and those that name it.
 * Tasks that belong to no duty come last, so that none is lost from sight.
 */
export function dutiesOf<I extends Item, T extends TaskOfItem>(items: readonly I[], tasks: readonly T[]): Duty<I, T>[] {
  const duties = items.map((item) => ({ item, tasks: tasks.filter((task) => task.id === item.task?.id || task.item === item.id) }));
  const placed = new Set(duties.flatMap((duty) => duty.tasks));
  const others = tasks.filter((task) => !placed.has(task));
  return others.length > 0 ? [...duties, ...others.map((task) => ({ item: null, tasks: [task] }))] : duties;
}
