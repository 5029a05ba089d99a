import type { ReactNode } from 'react';
import { Icon, type IconName } from './icons';

export type Tone = 'good' | 'info' | 'warn' | 'bad' | 'quiet';

/** A status: always words with a shape of their own. The colour only helps to find it. */
export function Badge({ tone, icon, children }: {
  readonly tone: Tone;
  readonly icon: IconName;
  readonly children: ReactNode;
}) {
  return <span className={`badge ${tone}`}><Icon name={icon} />{children}</span>;
}
