import { describe, expect, it } from 'vitest';
import { type ExceptionType, exceptionKinds, kindOf, resolutions } from './exceptions.ts';

const types = Object.keys(exceptionKinds) as ExceptionType[];

describe('the exception catalogue', () => {
  it.each(types)('%s has an owner, a deadline and a resolution', (type) => {
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
  ])('%s cannot cancel the order: goods have shipped, or compensation is running', (type) => {
    expect(kindOf(type).resolutions).not.toContain('cancel');
  });

  it('allows only inbound messages to be set aside', () => {
    const ways = types.filter((type) => kindOf(type).resolutions.includes('set-aside'));
    expect(ways.sort()).toEqual([
      'erp-refused-cash',
      'return-notice-wrong',
      'shipment-not-recorded',
      'shipped-too-much',
    ]);
  });

  it('allows a person to accept only judgement calls', () => {
    const acceptable = types.filter((type) => kindOf(type).resolutions.includes('accept'));
    expect(acceptable.sort()).toEqual([
      'cancel-after-at-warehouse',
      'cancel-after-passed',
      'compensation-failed',
      'content-not-used',
      'credit-not-possible',
      'dates-not-kept',
      'erp-refused-change',
      'goods-differ',
      'goods-without-return',
      'item-numbers-differ',
      'no-tax-rate',
      'pack-differs',
      'price-outside-tolerance',
      'release-not-accounted',
      'repeated-po-number',
      'return-overdue',
      'return-to-approve',
      'routing-violation',
      'ship-to-differs',
      'warehouse-refused-return',
    ]);
  });

  it('does not offer a retry that cannot succeed', () => {
    expect(kindOf('repeated-po-number').resolutions).not.toContain('retry');
  });

  it('offers to resend a rejected or unacknowledged document, but not one still being delivered', () => {
    expect(kindOf('document-rejected').resolutions).toContain('resend');
    expect(kindOf('document-unacknowledged').resolutions).toContain('resend');
    expect(kindOf('document-undelivered').resolutions).toEqual(['dismiss']);
  });
});
