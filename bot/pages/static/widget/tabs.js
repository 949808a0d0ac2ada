/* Several tabs of one site share one conversation. */

/** Call `changed` when another tab has begun or erased the conversation, `kept` when it has kept anything else.
 *
 * Returns the way to stop it. */
export function watch(session, { changed, kept }) {
  const listener = (event) => {
    if (event.key !== session.key) return;
    session.refresh();
    if (conversation(event.oldValue) !== conversation(event.newValue)) changed();
    else kept();
  };
  addEventListener("storage", listener);
  return () => removeEventListener("storage", listener);
}

/** Do `work` while no other tab does the same; where the browser cannot tell (a page without HTTPS), just do it. */
export function alone(name, work) {
  return navigator.locks ? navigator.locks.request(name, work) : work();
}

function conversation(kept) {
  return kept ? JSON.parse(kept).conversation : undefined;
}
