/** How a whole divides into parts. It repeats what the figures beside it say, so it is hidden from screen readers. */
export function ShareBar({ parts, total }: {
  readonly parts: readonly { readonly look: 'done' | 'held' | 'off' | 'rest'; readonly value: number }[];
  readonly total: number;
}) {
  if (total <= 0) return null;
  return (
    <div className="share" aria-hidden="true">
      {parts.filter((part) => part.value > 0).map((part, index) => (
        // The parts have no identity but their place, and nothing in them holds state.
        // oxlint-disable-next-line react/no-array-index-key
        <span key={index} className={`swatch ${part.look}`} style={{ flexGrow: part.value / total }} />
      ))}
    </div>
  );
}
