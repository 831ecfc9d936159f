import { coveredRules } from '../../domain/policy/rule-coverage.ts';
import { purchaseOrder } from '../edi/documents/all.ts';
import { guideOf, nearestGuideOf } from '../edi/documents/registry.ts';
import { placeOf } from '../edi/partner-guide.ts';
import type { Guide } from '../x12/types.ts';
import { type Place, type Scope, unknownPlacesIn } from './expression-places.ts';
import type { ProfileProblem } from './problem.ts';
import type { PartnerProfile } from './profile.ts';
import { unknownCodesIn } from './unknown-codes.ts';

/** A likely mistake in a profile, which is used nevertheless. */
export interface ProfileWarning {
  readonly path: readonly PropertyKey[];
  readonly code: ProfileProblem['code'];
  readonly reason: string;
}

export function warningsIn(profile: PartnerProfile): ProfileWarning[] {
  return [
    ...unreachableRules(profile),
    ...oddTerms(profile),
    ...unknownCodesIn(profile).map((unknown) => ({ ...unknown, code: 'profile-code-unknown' as const })),
    ...unknownPlaces(profile),
  ];
}

function unreachableRules({ routing: { rules } }: PartnerProfile): ProfileWarning[] {
  return coveredRules(rules).map(({ index, by }) => ({
    path: ['routing', 'rules', index],
    code: 'profile-rule-unreachable',
    reason: `can never apply: rules.${by} ("${rules[by]?.name}") takes everything that it would`,
  }));
}

function oddTerms({ invoicing: { terms } }: PartnerProfile): ProfileWarning[] {
  const { discountDays, netDays } = terms ?? {};
  if (discountDays === undefined || netDays === undefined || discountDays <= netDays) return [];
  const reason = `are ${discountDays}, beyond the ${netDays} net days: the discount could still be taken when the payment is overdue`;
  return [{ path: ['invoicing', 'terms', 'discountDays'], code: 'profile-terms-odd', reason }];
}

/** `map.salesOrder` sees every order in the tree of this set, also one that came as another. */
const ORDER_SET = purchaseOrder.set;
const OF_LINES = 'lines[].';
const LINE_LOOP = 'PO1';

function unknownPlaces({ x12: { version, acceptedVersions }, map }: PartnerProfile): ProfileWarning[] {
  const guides = acceptedVersions.flatMap((accepted) => nearestGuideOf(ORDER_SET, accepted) ?? []);
  const trees = guides.map(treeOf);
  const lines = guides.flatMap((guide) => loopOf(guide, [LINE_LOOP]));
  const ofOrder = Object.entries(map.salesOrder).flatMap(([name, text]) => {
    const input = name.startsWith(OF_LINES) ? lines : trees;
    const scope = { input, variables: { order: trees } };
    return inExpression(text, scope, ['map', 'salesOrder', name], `the ${ORDER_SET} of ${acceptedVersions.join(', ')}`);
  });
  const added = Object.entries(map.documents).flatMap(([set, additions]) => {
    const guide = guideOf(set, version);
    if (guide === undefined) return [];
    return additions.flatMap(({ at, when, elements }, index) => {
      const loop = loopOf(guide, at.split('/').slice(0, -1));
      const scope: Scope = { input: [{ kind: 'input', known: loop.length === 0 ? {} : { loop } }] };
      const path = ['map', 'documents', set, index];
      const where = `the ${set} of ${version}`;
      return [
        ...(when === undefined ? [] : inExpression(when, scope, [...path, 'when'], where)),
        ...Object.entries(elements).flatMap(([number, text]) =>
          inExpression(text, scope, [...path, 'elements', number], where),
        ),
      ];
    });
  });
  return [...ofOrder, ...added];
}

function inExpression(text: string, scope: Scope, path: readonly PropertyKey[], where: string): ProfileWarning[] {
  return unknownPlacesIn(text, scope).map(({ place, meant }) => ({
    path,
    code: 'profile-path-unknown',
    reason: `reads ${place}, which ${where} does not have${meant}`,
  }));
}

function treeOf({ children }: Guide): Place {
  return { kind: 'level', children };
}

/** One iteration of the loop at the end of a path of loops. */
function loopOf(guide: Guide, loops: readonly string[]): Place[] {
  const node = placeOf(loops.join('/'), guide)?.node;
  return node?.kind === 'loop' ? [{ kind: 'level', children: node.children }] : [];
}
