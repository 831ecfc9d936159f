import type { ProfileProblem } from '../mappings/profile/problem.ts';
import type { PartnerProfile } from '../mappings/profile/profile.ts';
import type { Assortment } from './goods.ts';
import type { Trade } from './trade.ts';

/** One business case between a partner and us, with its expected result. Each file of `scenarios/` exports one as its default. */
export interface Scenario {
  /** Unique, in kebab case, equal to the file name. */
  readonly name: string;
  /** In business terms. */
  readonly purpose: string;
  /** Why the scenario does not apply to this partner; it is then reported as not run. Undefined if it applies. */
  readonly cannot?: (capabilities: Capabilities) => string | undefined | Promise<string | undefined>;
  /** It trades nothing in the network, so that it runs beside the other scenarios. */
  readonly apart?: true;
  readonly steps: readonly Step[];
  /** A function if the expectations depend on the profile. */
  readonly expectations: readonly Expectation[] | ((trade: Trade) => readonly Expectation[]);
  /** Sets whose documents may remain without an accepting 997, because the scenario withholds it. */
  readonly unanswered?: readonly string[];
  /** Sets whose documents may miss their deadline, because the scenario causes that. */
  readonly late?: readonly string[];
  /** Content of the order that may stay without a decision of the profile, because the scenario is about it: patterns of `ignores`. */
  readonly asksAbout?: readonly string[];
}

/** Static facts about a partner and this release. */
export interface Capabilities {
  readonly profile: PartnerProfile;
  readonly assortment: Assortment;
  /** Whether the partner orders by EDI files. */
  readonly ordersByEdi: boolean;
  sends(set: string): boolean;
  expectsAcknowledgment(set: string): boolean;
  /** Whether this release processes the inbound set; no profile may name any other. */
  processes(set: string): boolean;
}

export interface Step {
  readonly what: string;
  run(trade: Trade): Promise<void>;
}

export interface Expectation {
  /** The rule as the report shows it. */
  readonly what: string;
  /** Violations of the rule, each with its place if it has one. */
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
  /** The transaction sets of the interchange, such as `855, 997`. */
  readonly set: string;
  /** ISA13. */
  readonly control: string;
  /** Its transaction sets, such as `855 12/0034`. */
  readonly contents: readonly string[];
  readonly text: string;
  readonly at: string;
  /** What its transaction sets say that nothing here uses. */
  readonly notUsed: readonly LeftOut[];
}

/** Content that reaches no field of ours. */
export interface LeftOut {
  /** The transaction set that has it. */
  readonly set: string;
  readonly content: string;
  readonly name: string;
  readonly text: string;
  readonly count: number;
  readonly reason?: string;
  /** It makes the order ambiguous, or one that we cannot deliver as meant. */
  readonly eachTime?: true;
  /** Why it is of no concern, as the profile says. */
  readonly ignored?: string;
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
  /** Likely mistakes in the files of the partner, and what its transport needs and lacks here. */
  readonly warnings: readonly ProfileProblem[];
  /** Where the time went. */
  readonly seconds: { readonly preflight: number; readonly start: number; readonly scenarios: number };
  readonly scenarios: readonly ScenarioResult[];
}

const sendsIn = (profile: PartnerProfile, set: string) => profile.documents.outbound[set];

export function capabilitiesOf(
  profile: PartnerProfile,
  assortment: Assortment,
  processed: ReadonlySet<string>,
): Capabilities {
  return {
    profile,
    assortment,
    ordersByEdi: profile.ordersBy.includes('edi'),
    sends: (set) => sendsIn(profile, set)?.send === true,
    expectsAcknowledgment: (set) => {
      const document = sendsIn(profile, set);
      return document?.send === true && document.acknowledgment?.expected === true;
    },
    processes: (set) => processed.has(set),
  };
}
