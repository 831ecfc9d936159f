import type { PartnerProfile } from '../mappings/profile/profile.ts';
import type { Trade } from './trade.ts';

/** One thing that happens between a partner and us, and what must come of it. A file of `scenarios/` exports one as its default. */
export interface Scenario {
  /** Kebab case; unique; the name of its file. */
  readonly name: string;
  /** In words of the business. */
  readonly purpose: string;
  /** Why it cannot be run for this partner: it is reported as not run. Undefined: it can. */
  readonly cannot?: (capabilities: Capabilities) => string | undefined | Promise<string | undefined>;
  readonly steps: readonly Step[];
  /** A function where what is expected depends on the profile. */
  readonly expectations: readonly Expectation[] | ((trade: Trade) => readonly Expectation[]);
  /** Documents of these sets need no 997 here: it is what the scenario withholds. */
  readonly unanswered?: readonly string[];
  /** Documents of these sets leave after their deadline here: it is what the scenario brings about. */
  readonly late?: readonly string[];
}

/** Facts about a partner and this release that need no run. */
export interface Capabilities {
  readonly profile: PartnerProfile;
  /** Whether orders come as files. */
  readonly ordersByEdi: boolean;
  sends(set: string): boolean;
  expectsAcknowledgment(set: string): boolean;
  /** Whether a set can be accepted by any profile: what the process has no use for, no profile may name. */
  processes(set: string): boolean;
}

export interface Step {
  readonly what: string;
  run(trade: Trade): Promise<void>;
}

export interface Expectation {
  /** The rule, as it stands in the report. */
  readonly what: string;
  /** Errors in it, each with its place if it has one. */
  check(trade: Trade): Promise<readonly Fault[]> | readonly Fault[];
}

export interface Fault {
  readonly place?: string;
  readonly reason: string;
}

export interface RuleResult {
  readonly rule: string;
  readonly state: 'passed' | 'failed';
  readonly faults: readonly Fault[];
}

export interface DocumentEvidence {
  readonly direction: 'inbound' | 'outbound';
  /** Sets of the interchange, such as `855, 997`. */
  readonly set: string;
  /** ISA13. */
  readonly control: string;
  /** Its transaction sets, such as `855 12/0034`. */
  readonly contents: readonly string[];
  readonly text: string;
  readonly at: string;
}

export interface ScenarioResult {
  readonly name: string;
  readonly purpose: string;
  readonly state: 'passed' | 'failed' | 'not-run';
  readonly reason?: string;
  readonly seconds: number;
  readonly rules: readonly RuleResult[];
  readonly documents: readonly DocumentEvidence[];
  readonly timeline: readonly { at: string; what: string }[];
}

export interface PartnerResult {
  readonly partner: string;
  readonly partnerName: string;
  readonly profileVersion: string;
  readonly startedAt: string;
  readonly finishedAt: string;
  readonly scenarios: readonly ScenarioResult[];
}

const sendsIn = (profile: PartnerProfile, set: string) => profile.documents.outbound[set];

export function capabilitiesOf(profile: PartnerProfile, processed: ReadonlySet<string>): Capabilities {
  return {
    profile,
    ordersByEdi: profile.ordersBy.includes('edi'),
    sends: (set) => sendsIn(profile, set)?.send === true,
    expectsAcknowledgment: (set) => {
      const document = sendsIn(profile, set);
      return document?.send === true && document.acknowledgment?.expected === true;
    },
    processes: (set) => processed.has(set),
  };
}
