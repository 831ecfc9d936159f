import { Ago, Deadline } from '../time.tsx';
import type { ReturnItem } from './api.ts';

/** What came of a return that has ended, or why it is about to end. */
export function EndReason({ rma: { status, endReason } }: { readonly rma: ReturnItem }) {
  if (endReason !== null) return endReason;
  return status === 'closed' ? 'All that came is decided and credited.' : 'No reason was given.';
}

/** Nothing comes of it any more, though its partner may not have acknowledged that. */
export function isOver({ status, closedAt }: ReturnItem): boolean {
  return closedAt !== null || ['refused', 'cancelled', 'expired'].includes(status);
}

/** What the return waits for; once it has ended, when and why. */
export function ReturnWaits({ rma }: { readonly rma: ReturnItem }) {
  return (
    <p className="waiting">
      <span>
        {rma.closedAt === null ? (
          <>
            Waits for <strong>{rma.waitingFor ?? 'its process to begin'}</strong>, since <Ago at={rma.waitingSince} />
          </>
        ) : (
          <>
            Ended <Ago at={rma.closedAt} />: <EndReason rma={rma} />
          </>
        )}
      </span>
      {rma.closedAt === null && isOver(rma) && (
        <span>
          Why it ends: <EndReason rma={rma} />
        </span>
      )}
      {rma.nextDeadline && (
        <span className="waiting-deadline">
          Next deadline <Deadline at={rma.nextDeadline} />
        </span>
      )}
    </p>
  );
}
