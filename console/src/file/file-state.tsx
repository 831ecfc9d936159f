import type { InterchangeSummary } from '../api.ts';
import { type Appearance, Badge } from '../badge.tsx';

/** What decides how a file stands: its own state, and what became of what is in it. */
export interface FileStanding extends Pick<InterchangeSummary, 'state' | 'stuck'> {
  /** Something is wrong with the file, beside transaction sets that were refused. */
  readonly faulty: boolean;
  /** Transaction sets. */
  readonly total: number;
  readonly rejected: number;
}

export function FileState({ standing, large = false }: { readonly standing: FileStanding; readonly large?: boolean }) {
  return <Badge appearance={appearanceOf(standing)} large={large} />;
}

function appearanceOf({ state, stuck, faulty, total, rejected }: FileStanding): Appearance {
  switch (state) {
    case 'received':
      return stuck ? { label: 'Not read', tone: 'alert' } : { label: 'Received', tone: 'quiet', progress: 0 };
    case 'prepared':
      return stuck ? { label: 'Not delivered', tone: 'alert' } : { label: 'Ready to go', tone: 'active', progress: 2 };
    case 'rejected':
    case 'refused':
      return { label: 'Refused', tone: 'alert' };
    case 'processed':
    case 'delivered':
      if (rejected > 0) return { label: rejected === total ? 'Refused' : 'Partly refused', tone: 'alert' };
      if (faulty) return { label: 'Faulty', tone: 'alert' };
      return { label: state === 'processed' ? 'Processed' : 'Delivered', tone: 'done' };
    default:
      // A newer API may know a state that this build does not.
      return { label: state, tone: 'quiet' };
  }
}

/** What became of a file, in a sentence. */
export function verdictOf(file: InterchangeSummary, standing: FileStanding): string {
  const { total, rejected, faulty } = standing;
  switch (file.state) {
    case 'received':
      return file.stuck
        ? 'Received, and not read yet: longer than it should take.'
        : 'Received. It is read in a moment.';
    case 'prepared':
      return file.stuck
        ? 'Ready, and not delivered yet: longer than it should take. It is tried again until it is.'
        : 'Ready. It is delivered in a moment.';
    case 'rejected':
      return 'Refused as a whole: nothing of it was processed.';
    case 'refused':
      return 'Refused by the partner’s side: none of its documents counts as sent.';
    case 'processed':
    case 'delivered': {
      const inbound = file.state === 'processed';
      const all = total === 1 ? 'its transaction set' : `all ${total} transaction sets`;
      const by = inbound ? '' : ' by the partner';
      if (rejected > 0 && rejected === total) return `Refused${by}: ${all}.`;
      if (rejected > 0) {
        const rest = total - rejected === 1 ? 'the other one' : `the other ${total - rejected}`;
        const taken = inbound ? `${rest} went on` : `not ${rest}`;
        return `${rejected} of ${total} transaction sets ${rejected === 1 ? 'was' : 'were'} refused${by}; ${taken}.`;
      }
      if (faulty) return `${inbound ? 'Processed' : 'Delivered'}, but something in it is wrong.`;
      if (total === 0) return inbound ? 'Processed. It held no transaction set.' : 'Delivered to the partner’s side.';
      return inbound ? `Processed: ${all} taken.` : `Delivered: the partner’s side has ${all}.`;
    }
    default:
      return '';
  }
}
