/**
 * Runs calls one after another, in the order in which they were made.
 *
 * Local activities that are in flight together are a trap: when they end, one workflow task may see them one by one, while a replay sees
 * them at once, and whatever the branches of a workflow decide from what they share then comes in another order. With one at a
 * time there is only one order.
 */
export function oneAtATime<T extends object>(calls: T): T {
  let last: Promise<unknown> = Promise.resolve();
  return new Proxy(calls, {
    get(target, name, receiver) {
      const call: unknown = Reflect.get(target, name, receiver);
      if (typeof call !== 'function') return call;
      return (...args: unknown[]) => {
        const result = last.then(() => call.apply(target, args) as unknown);
        last = result.catch(() => undefined);
        return result;
      };
    },
  });
}
