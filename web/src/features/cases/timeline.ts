// The order of a history, and the reasons in it.

export type TimelineOrder = 'newest' | 'oldest';

interface Placed {
  readonly seq: number;
  readonly effectiveOn: string;
}

/** Events by the date on which they count, then by the order in which they were recorded, as the law replays them. */
export function inOrder<Event extends Placed>(events: readonly Event[], order: TimelineOrder): Event[] {
  const sign = order === 'oldest' ? 1 : -1;
  return events.toSorted((a, b) => {
    if (a.effectiveOn !== b.effectiveOn) return a.effectiveOn < b.effectiveOn ? -sign : sign;
    return sign * (a.seq - b.seq);
  });
}

interface Explained {
  readonly seq: number;
  readonly reason: string | null;
  readonly fateBy: number | null;
}

/** Why an event no longer counts: the reason is written in the event that replaced it or took it back. */
export function explanation(event: Explained, events: readonly Explained[]): string | null {
  if (event.fateBy === null) return event.reason;
  return events.find((other) => other.seq === event.fateBy)?.reason ?? null;
}
