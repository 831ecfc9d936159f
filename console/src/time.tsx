import { createContext, type ReactNode, useContext, useEffect, useState } from 'react';
import { formatDay, formatDistance, formatExact } from './format.ts';

/** One shared clock, so that all relative times update together. */
const NowContext = createContext<number>(0);

export function Clock({ children }: { readonly children: ReactNode }) {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const tick = () => {
      if (!document.hidden) setNow(Date.now());
    };
    const timer = setInterval(tick, 1_000);
    document.addEventListener('visibilitychange', tick);
    return () => {
      clearInterval(timer);
      document.removeEventListener('visibilitychange', tick);
    };
  }, []);
  return <NowContext value={now}>{children}</NowContext>;
}

/** Milliseconds since 1970, as of the last tick. */
export function useNow(): number {
  return useContext(NowContext);
}

export function isPast(at: string, now: number): boolean {
  return Date.parse(at) <= now;
}

/** Relative time, with the exact time on hover and for assistive technology. */
export function Ago({ at }: { readonly at: string }) {
  const distance = formatDistance(useContext(NowContext) - Date.parse(at));
  return (
    <time dateTime={at} title={formatExact(at)}>
      {distance === 'now' ? 'just now' : `${distance} ago`}
    </time>
  );
}

/** Time until a deadline; a missed one is labelled in words. */
export function Deadline({ at }: { readonly at: string }) {
  const left = Date.parse(at) - useContext(NowContext);
  const distance = formatDistance(left);
  const HOUR = 3_600_000;
  if (left <= 0) {
    return (
      <time className="deadline-passed" dateTime={at} title={formatExact(at)}>
        {distance === 'now' ? 'due now' : `overdue ${distance}`}
      </time>
    );
  }
  return (
    <time className={left < HOUR ? 'deadline-near' : undefined} dateTime={at} title={formatExact(at)}>
      {distance === 'now' ? 'due now' : `in ${distance}`}
    </time>
  );
}

/** Beside the deadline of an order that is predicted to be late. */
export function InJeopardy() {
  return (
    <span className="deadline-near" title="Less time is left than the steps to come usually take">
      {' '}
      in jeopardy
    </span>
  );
}

export function Day({ on }: { readonly on: string }) {
  return <time dateTime={on}>{formatDay(on)}</time>;
}
