import { describe, expect, it } from 'vitest';
import { type ExceptionType, exceptionKinds, kindOf, resolutions } from './exceptions.ts';

const types = Object.keys(exceptionKinds) as ExceptionType[];

describe('the catalogue of exceptions', () => {
  it.each(types)('%s has an owner, a deadline and a way out', (type) => {
    const kind = kindOf(type);
    expect(type).toMatch(/^[a-z]+(-[a-z]+)*$/);
    expect(kind.owner).toMatch(/^[a-z]+(-[a-z]+)*$/);
    expect(kind.escalateAfterHours).toBeGreaterThan(0);
    expect(kind.resolutions.length).toBeGreaterThan(0);
    expect(new Set(kind.resolutions).size).toBe(kind.resolutions.length);
    expect(resolutions).toEqual(expect.arrayContaining([...kind.resolutions]));
  });

  it.each<ExceptionType>([
    'shipment-not-recorded',
    'erp-refused-shipment',
    'erp-refused-invoice',
    'erp-refused-cash',
    'document-not-written',
    'compensation-failed',
  ])('%s cannot end the order: goods have left, or it is being undone already', (type) => {
    expect(kindOf(type).resolutions).not.toContain('cancel');
  });

  it('lets what came from outside be set aside, and nothing of our own', () => {
    const ways = types.filter((type) => kindOf(type).resolutions.includes('set-aside'));
    expect(ways.sort()).toEqual(['erp-refused-cash', 'shipment-not-recorded']);
  });

  it('lets a person accept only what is a matter of judgement', () => {
    const acceptable = types.filter((type) => kindOf(type).resolutions.includes('accept'));
    expect(acceptable.sort()).toEqual([
      'price-outside-tolerance',
      'release-not-accounted',
      'repeated-po-number',
      'routing-violation',
    ]);
  });

  it('does not offer to try again what trying again cannot change', () => {
    expect(kindOf('repeated-po-number').resolutions).not.toContain('retry');
  });

  it('offers to send again what a partner refused or never acknowledged, not what is still being sent', () => {
    expect(kindOf('document-rejected').resolutions).toContain('resend');
    expect(kindOf('document-unacknowledged').resolutions).toContain('resend');
    expect(kindOf('document-undelivered').resolutions).toEqual(['dismiss']);
  });
});
