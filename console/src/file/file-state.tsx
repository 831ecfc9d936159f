import type { InterchangeSummary } from '../api.ts';
import { type Appearance, Badge } from '../badge.tsx';

/** Inputs of a file's displayed state: its own state and the results of its contents. */
export interface FileStanding extends Pick<InterchangeSummary, 'state' | 'stuck'> {
  /** The file has errors other than refused transaction sets. */
  readonly faulty: boolean;
  /** Transaction sets. */
  readonly total: number;
  readonly rejected: number;
  /** Transaction sets that wait for a person. */
  readonly kept: number;
}

export function FileState({ standing, large = false }: { readonly standing: FileStanding; readonly large?: boolean }) {
  return <Badge appearance={appearanceOf(standing)} large={large} />;
}

function appearanceOf({ state, stuck, faulty, total, rejected, kept }: FileStanding): Appearance {
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
      if (kept > 0) return { label: 'For a person', tone: 'alert' };
      return { label: state === 'processed' ? 'Processed' : 'Delivered', tone: 'done' };
    default:
      // A newer API may return a state that this build does not know.
      return { label: state, tone: 'quiet' };
  }
}

/** The result of a file, in a sentence. */
export function verdictOf(file: InterchangeSummary, standing: FileStanding): string {
  const { total, rejected, faulty, kept } = standing;
  switch (file.state) {
    case 'received':
      return file.stuck ? 'Received. Processing is overdue.' : 'Received. Processing starts soon.';
    case 'prepared':
      return file.stuck ? 'Ready. Delivery is overdue. Retries continue.' : 'Ready. Delivery starts soon.';
    case 'rejected':
      return 'Refused as a whole: nothing was processed.';
    case 'refused':
      return 'Refused by the partner: none of its documents counts as sent.';
    case 'processed':
    case 'delivered': {
      const inbound = file.state === 'processed';
      const all = total === 1 ? 'its transaction set' : `all ${total} transaction sets`;
      const by = inbound ? '' : ' by the partner';
      if (rejected > 0 && rejected === total) return `Refused${by}: ${all}.`;
      if (rejected > 0) {
        const rest = total - rejected === 1 ? 'the other one' : `the other ${total - rejected}`;
        const were = total - rejected === 1 ? 'was' : 'were';
        const taken = `${rest} ${were} ${inbound ? 'processed' : 'accepted'}`;
        return `${rejected} of ${total} transaction sets ${rejected === 1 ? 'was' : 'were'} refused${by}; ${taken}.`;
      }
      if (kept > 0) {
        return `${kept} of ${total} transaction ${total === 1 ? 'set' : 'sets'} ${kept === 1 ? 'waits' : 'wait'} for a person.`;
      }
      if (faulty) return `${inbound ? 'Processed' : 'Delivered'}, with errors.`;
      if (total === 0) return inbound ? 'Processed. The file has no transaction sets.' : 'Delivered to the partner.';
      return inbound ? `Processed: ${all} accepted.` : `Delivered: the partner received ${all}.`;
    }
    default:
      return '';
  }
}
