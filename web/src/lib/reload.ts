const MARK = 'thads.reloaded-at';
const PAUSE_MS = 30_000;

/**
 * After an update of the server, an open page asks for chunks that are gone: Vite says so with an event, and loading
 * the page again brings the new build. Not twice within half a minute, or a broken build would reload for ever; then
 * the error goes on to the router, which shows it.
 */
export function reloadAfterUpdate(target: EventTarget, reload: () => void, now: () => number = Date.now): void {
  target.addEventListener('vite:preloadError', (event) => {
    let last = 0;
    try {
      last = Number(sessionStorage.getItem(MARK));
      sessionStorage.setItem(MARK, String(now()));
    } catch {
      return; // without a memory a loop could not be told from an update
    }
    if (now() - last < PAUSE_MS) return;
    event.preventDefault();
    reload();
  });
}
