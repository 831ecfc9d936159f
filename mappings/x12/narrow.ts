/** Partner rules that tighten a guide. They never loosen it and do not copy it. */
import { lookup } from '../../domain/lookup.ts';
import { didYouMean } from '../../domain/nearest.ts';
import type { ElementGuide, Guide, GuideNode, SegmentGuide, SimpleElementGuide } from './types.ts';

/**
 * One rule. `at` is the path of a segment or loop: `BEG`, `N1/N1` (the segment), `PO1/PID` (the
 * loop if there is one of that name; its first segment is `PO1/PID/PID`).
 */
export interface GuideRule {
  at: string;
  /** Must occur at least once (in each iteration of the enclosing loop). */
  mandatory?: boolean;
  forbidden?: boolean;
  /** Lower maximum. */
  maximum?: number;
  /** Element number, 1 or `'03'`. If set, `mandatory` and the fields below apply to the element. */
  element?: number | string;
  component?: number;
  /** The only codes or values allowed. */
  codes?: readonly string[];
  minLength?: number;
  maxLength?: number;
}

export class GuideRuleError extends Error {
  readonly code = 'guide-rule-invalid';
  readonly faults: readonly string[];

  constructor(faults: readonly string[]) {
    super(`Guide rules cannot be applied: ${faults.join('; ')}`);
    this.name = 'GuideRuleError';
    this.faults = faults;
  }
}

/** @throws GuideRuleError lists every rule that names an unknown part or would loosen the guide. */
export function narrowGuide(guide: Guide, rules: readonly GuideRule[]): Guide {
  const faults: string[] = [];
  let children = guide.children;
  for (const rule of rules) {
    const narrowed = narrowLevel(children, rule.at.split('/'), rule, (fault) => faults.push(`${rule.at}: ${fault}`));
    if (narrowed === undefined) {
      faults.push(`${rule.at}: the guide of ${guide.set} has no such segment or loop`);
    } else {
      children = narrowed;
    }
  }
  if (faults.length > 0) {
    throw new GuideRuleError(faults);
  }
  return { ...guide, children };
}

function narrowLevel(
  children: readonly GuideNode[],
  path: readonly string[],
  rule: GuideRule,
  fault: (text: string) => void,
): readonly GuideNode[] | undefined {
  const [key, ...rest] = path;
  const index = children.findIndex((child) => child.key === key);
  const child = children[index];
  if (child === undefined) {
    return undefined;
  }
  let narrowed: GuideNode;
  if (rest.length > 0) {
    const inner = child.kind === 'loop' ? narrowLevel(child.children, rest, rule, fault) : undefined;
    if (inner === undefined || child.kind !== 'loop') {
      return undefined;
    }
    narrowed = { ...child, children: inner };
  } else {
    narrowed = narrowNode(child, rule, fault);
  }
  return children.map((one, at) => (at === index ? narrowed : one));
}

function narrowNode(node: GuideNode, rule: GuideRule, fault: (text: string) => void): GuideNode {
  if (rule.element !== undefined) {
    if (node.kind === 'loop') {
      fault('an element rule must name a segment, not a loop');
      return node;
    }
    return { ...node, segment: narrowSegment(node.segment, rule, fault) };
  }
  if (rule.forbidden === true && node.requirement === 'M') {
    fault('is mandatory in the standard and cannot be forbidden');
  }
  if (rule.maximum !== undefined && (rule.maximum > node.max || rule.maximum < 0)) {
    fault(`maximum ${rule.maximum} is not lower than ${node.max}`);
  }
  return {
    ...node,
    requirement: rule.mandatory === true ? 'M' : node.requirement,
    max: rule.forbidden === true ? 0 : (rule.maximum ?? node.max),
  };
}

function narrowSegment(segment: SegmentGuide, rule: GuideRule, fault: (text: string) => void): SegmentGuide {
  const index = Number(rule.element) - 1;
  const element = segment.elements[index];
  if (element === undefined) {
    fault(`has no element ${rule.element}; the last one is ${String(segment.elements.length).padStart(2, '0')}`);
    return segment;
  }
  return {
    ...segment,
    elements: segment.elements.map((one, at) => (at === index ? narrowElement(one, rule, fault) : one)),
  };
}

function narrowElement(element: ElementGuide, rule: GuideRule, fault: (text: string) => void): ElementGuide {
  if (element.kind === 'simple') {
    if (rule.component !== undefined) {
      fault(`element ${rule.element} has no components`);
    }
    return narrowSimple(element, rule, fault);
  }
  if (rule.component === undefined) {
    if (rule.codes !== undefined || rule.minLength !== undefined || rule.maxLength !== undefined) {
      fault(`element ${rule.element} is a composite: name the component`);
    }
    return { ...element, requirement: rule.mandatory === true ? 'M' : element.requirement };
  }
  const at = rule.component - 1;
  if (element.components[at] === undefined) {
    fault(`element ${rule.element} has no component ${rule.component}`);
    return element;
  }
  return {
    ...element,
    components: element.components.map((one, index) => (index === at ? narrowSimple(one, rule, fault) : one)),
  };
}

function narrowSimple(element: SimpleElementGuide, rule: GuideRule, fault: (text: string) => void): SimpleElementGuide {
  const min = rule.minLength ?? element.min;
  const max = rule.maxLength ?? element.max;
  if (min < element.min || max > element.max || min > max) {
    fault(`lengths ${min} to ${max} do not lie within ${element.min} to ${element.max}`);
  }
  const narrowed: SimpleElementGuide = {
    ...element,
    min,
    max,
    requirement: rule.mandatory === true ? 'M' : element.requirement,
  };
  if (rule.codes === undefined) {
    return narrowed;
  }
  const codes: Record<string, string> = {};
  for (const code of rule.codes) {
    if (element.closed && element.codes !== undefined && !Object.hasOwn(element.codes, code)) {
      fault(`code ${code} is not allowed by the standard${didYouMean(code, Object.keys(element.codes))}`);
    }
    codes[code] = lookup(element.codes ?? {}, code) ?? code;
  }
  return { ...narrowed, codes, closed: true };
}
