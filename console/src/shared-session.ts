/**
 * One session for all tabs of the console: a new tab asks the others for the key, and a sign-out ends them all.
 * The key is handed from tab to tab and written nowhere, so that it is gone with the last one.
 */
type Message = { readonly kind: 'asked' } | { readonly kind: 'key'; readonly key: string } | Ended;
/** The tabs that hold this key sign out; one that is signed in as somebody else stays. */
type Ended = { readonly kind: 'ended'; readonly key: string };

/** How long a new tab shows nothing while it waits for answers. */
export const ANSWERED_WITHIN_MS = 150;

export interface Tabs {
  /** Tells the other tabs that somebody signed out here. */
  end(key: string): void;
  close(): void;
}

/** Listens to the other tabs, and asks them for a key if this one has none. */
export function joinTabs(keyHere: () => string | undefined, heard: { key(key: string): void; ended(): void }): Tabs {
  const channel = new BroadcastChannel('throughline.session');
  const say = (message: Message) => channel.postMessage(message);
  channel.onmessage = ({ data }: MessageEvent<Message>) => {
    const key = keyHere();
    if (data.kind === 'asked' && key !== undefined) say({ kind: 'key', key });
    if (data.kind === 'key' && key === undefined) heard.key(data.key);
    if (data.kind === 'ended' && data.key === key) heard.ended();
  };
  if (keyHere() === undefined) say({ kind: 'asked' });
  return { end: (key) => say({ kind: 'ended', key }), close: () => channel.close() };
}
