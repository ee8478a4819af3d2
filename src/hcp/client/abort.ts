const listeners = new WeakMap<AbortSignal, Set<() => void>>();

/**
 * Calls `callback` when the signal aborts, at once if it has already; gives back how to take it off again. However many callbacks
 * there are, the signal has one listener: hundreds of requests wait on one signal, and Node warns of a leak at eleven.
 */
export function onAbort(signal: AbortSignal, callback: () => void): () => void {
  if (signal.aborted) {
    callback();
    return () => undefined;
  }
  let own = listeners.get(signal);
  if (own === undefined) {
    const made = new Set<() => void>();
    own = made;
    listeners.set(signal, made);
    signal.addEventListener('abort', () => made.forEach(each => each()), { once: true });
  }
  own.add(callback);
  return () => own.delete(callback);
}
