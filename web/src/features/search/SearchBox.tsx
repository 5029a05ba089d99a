import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { type KeyboardEvent, useDeferredValue, useEffect, useId, useRef, useState } from 'react';
import { useI18n } from '../../i18n';
import { useDelayed } from '../../lib/delayed';
import { Badge } from '../../ui/Badge';
import { Icon } from '../../ui/icons';
import { SHORTEST, searchQuery } from './queries';
import type { SearchQuery } from './search.gen';

type Hit = SearchQuery['search'][number];

/** Rooms that have a page for what was found. Other kinds are listed by their room's own page later. */
const PAGES = { CASE: '/cases/$id', CONFERENCE: '/conferences/$id' } as const;
type Openable = Hit & { readonly kind: keyof typeof PAGES };
const openable = (hit: Hit): hit is Openable => hit.kind in PAGES;

/** Whether typing belongs to a control, so that "/" is a character there and not a command. */
function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));
}

/**
 * One field that finds a case by any number or a name without accents, from anywhere: "/" or Ctrl+K, type, arrow
 * keys, Enter. Enter without a choice opens the list of all matches.
 */
export function SearchBox() {
  const { t } = useI18n();
  const navigate = useNavigate();
  const id = useId();
  const input = useRef<HTMLInputElement>(null);
  const [text, setText] = useState('');
  const [open, setOpen] = useState(false);
  const [active, setActive] = useState(-1);

  const wanted = useDelayed(text.trim().normalize('NFC'), 150);
  const long = wanted.length >= SHORTEST;
  const query = useQuery({ ...searchQuery(wanted), enabled: open && long });
  const hits = useDeferredValue(long ? (query.data?.search ?? []).filter(openable) : []);

  useEffect(() => {
    function onKey(event: globalThis.KeyboardEvent) {
      const slash = event.key === '/' && !event.ctrlKey && !event.metaKey && !event.altKey && !isTyping(event.target);
      if (!slash && !((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'k')) return;
      event.preventDefault();
      input.current?.focus();
      input.current?.select();
    }
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, []);

  function close() {
    setOpen(false);
    setActive(-1);
  }

  function openHit(hit: Openable) {
    close();
    setText('');
    input.current?.blur();
    void navigate({ to: PAGES[hit.kind], params: { id: hit.node.id } });
  }

  function submit() {
    const hit = hits[active];
    if (hit) {
      openHit(hit);
      return;
    }
    const q = text.trim();
    if (q === '') return;
    close();
    input.current?.blur();
    void navigate({ to: '/cases', search: { q } });
  }

  function onKeyDown(event: KeyboardEvent) {
    switch (event.key) {
      case 'ArrowDown':
      case 'ArrowUp': {
        if (hits.length === 0) return;
        const step = event.key === 'ArrowDown' ? 1 : -1;
        // One place more than there are hits: the text itself, which is where the arrows begin and end.
        setActive(((active + 1 + step + hits.length + 1) % (hits.length + 1)) - 1);
        setOpen(true);
        break;
      }
      case 'Enter': submit(); break;
      case 'Escape': if (open && text !== '') close(); else { setText(''); input.current?.blur(); } break;
      default: return;
    }
    event.preventDefault();
  }

  const expanded = open && long;
  return (
    <search className="search" aria-label={t('search.label')}>
      <Icon name="search" />
      <input
        ref={input} className="input" type="search" role="combobox" aria-label={t('search.label')} placeholder={t('search.placeholder')}
        autoComplete="off" spellCheck={false} aria-expanded={expanded} aria-controls={`${id}-list`} aria-autocomplete="list"
        aria-activedescendant={expanded && active >= 0 ? `${id}-${active}` : undefined} aria-keyshortcuts="/ Control+K"
        value={text} onKeyDown={onKeyDown} onFocus={() => setOpen(true)} onBlur={close}
        onChange={(event) => { setText(event.target.value); setActive(-1); setOpen(true); }}
      />
      <kbd aria-hidden="true">/</kbd>
      <div className="options" hidden={!expanded}>
        <div id={`${id}-list`} role="listbox" aria-label={t('search.results')}>
          {expanded ? hits.map((hit, index) => (
            // The pointer must not take the focus from the field before the click arrives.
            // oxlint-disable-next-line jsx-a11y/click-events-have-key-events -- the keys are the field's
            <div
              key={hit.node.id} id={`${id}-${index}`} role="option" aria-selected={index === active} tabIndex={-1}
              onMouseDown={(event) => event.preventDefault()} onMouseEnter={() => setActive(index)} onClick={() => openHit(hit)}
            >
              <span className="row between">
                <strong>{hit.title}</strong>
                <Badge tone="quiet" icon={hit.kind === 'CASE' ? 'dot' : 'info'}>{t(`searchKind.${hit.kind}`)}</Badge>
              </span>
              <span className="small soft">{hit.detail}</span>
            </div>
          )) : null}
        </div>
        <p className="note small" role="status">{expanded ? note() : null}</p>
      </div>
    </search>
  );

  function note(): string {
    if (query.isError) return t('search.failed');
    if (query.isPending || wanted !== text.trim().normalize('NFC')) return t('search.searching');
    return hits.length === 0 ? t('search.none') : t('search.enterForAll');
  }
}
