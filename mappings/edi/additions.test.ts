import { describe, expect, it } from 'vitest';
import { evaluateAll } from '../../runtime/expressions.ts';
import { type DocumentAddition, type PartnerProfile, partnerProfile } from '../profile/profile.ts';
import type { DocumentDetails, InvoiceDocument } from './document-content.ts';
import { invoice as invoiceDocument, orderAcknowledgment, shipNotice } from './documents/all.ts';
import type { Writes } from './documents/definition.ts';
import { writeDocument } from './documents/write-document.ts';
import { aLine, anAcknowledgedLine, anOrder, aShipment, lines, partner, sent } from './testing/builders.ts';

function written<Content extends DocumentDetails>(
  definition: { set: string; outbound: Writes<string, Content> },
  content: Content,
  profile: PartnerProfile,
) {
  return writeDocument(definition, content, profile, evaluateAll).tree;
}

const retailer = partner('harbor-pine');

function adding(set: '855' | '856' | '810', ...additions: Partial<DocumentAddition>[]): PartnerProfile {
  const { version, ...content } = retailer;
  return { ...partnerProfile.parse({ ...content, map: { documents: { [set]: additions } } }), version };
}

const invoice: InvoiceDocument = {
  order: anOrder({ attributes: { season: 'SPRING' } }),
  lines: [aLine({ lineId: '1', attributes: { color: 'Brass' } }), aLine({ lineNumber: 2, lineId: '2' })],
  invoice: {
    invoiceNumber: 'INV-2001',
    invoicedOn: '2026-11-24',
    dueOn: '2026-12-24',
    currency: 'USD',
    lines: [1, 2].map((lineNumber) => ({ lineNumber, quantity: '4', unit: 'CA', unitPrice: '31.2', amount: 12480 })),
    charges: [],
    tax: 0,
    total: 24960,
  },
};

/** The segments that the additions put into the 810. */
function added(...additions: Partial<DocumentAddition>[]): string[] {
  const plain = lines('810', written(invoiceDocument, invoice, retailer));
  const rest = [...plain];
  return lines('810', written(invoiceDocument, invoice, adding('810', ...additions))).filter((segment) => {
    const known = rest.indexOf(segment);
    if (known >= 0) rest.splice(known, 1);
    return known < 0;
  });
}

describe('document additions of a profile', () => {
  it('adds a repetition of a segment with fixed texts and values of the order or profile', () => {
    expect(
      added(
        { at: 'REF', elements: { '01': "'ZZ'", '02': '$uppercase(order.attributes.season)' } },
        { at: 'REF', elements: { '01': "'VR'", '02': "profile.invoicing.vendorNumber & '-' & invoice.invoiceNumber" } },
      ),
    ).toEqual(['REF*ZZ*SPRING', 'REF*VR*40817-INV-2001']);
  });

  it('fills the missing elements of a single segment and replaces none', () => {
    const [big] = lines('810', written(invoiceDocument, invoice, retailer));
    const elements = { '02': "'OTHER'", '08': "'00'" };
    expect(added({ at: 'BIG', elements })).toEqual([`${big}*00`]);
  });

  it('goes into each iteration of a loop, with its order line at hand', () => {
    expect(added({ at: 'IT1/REF', elements: { '01': "'CO'", '02': "line.lineId & '/' & loop.IT1.`04`" } })).toEqual([
      'REF*CO*1/31.2',
      'REF*CO*2/31.2',
    ]);
  });

  it('is omitted if an element is empty or its condition is false', () => {
    expect(added({ at: 'IT1/REF', elements: { '01': "'CO'", '02': 'line.attributes.color' } })).toEqual([
      'REF*CO*Brass',
    ]);
    expect(added({ at: 'IT1/REF', when: "line.lineId = '2'", elements: { '01': "'CO'", '02': "'x'" } })).toEqual([
      'REF*CO*x',
    ]);
    const fails = { '01': "'CO'", '02': '$error("no")' };
    expect(added({ at: 'REF', when: 'false', elements: fails })).toEqual([]);
    expect(added({ at: 'REF', when: 'order.attributes.season', elements: { '01': "'CO'", '02': "'x'" } })).toEqual([]);
  });

  it('starts a loop iteration that later additions fill', () => {
    expect(
      added(
        { at: 'N1', elements: { '01': "'VN'", '02': "'Meridian Wholesale'" } },
        { at: 'N1/N4', elements: { '01': "loop.N1.`01` = 'VN' ? 'Reno' : null", '02': "'NV'" } },
      ),
    ).toEqual(['N1*VN*Meridian Wholesale', 'N4*Reno*NV']);
  });

  it('reaches the levels of a ship notice, and an acknowledgment', async () => {
    const notice = adding('856', {
      at: 'HL/REF',
      when: "loop.HL.`03` = 'I'",
      elements: { '01': "'CO'", '02': "line.sku & ' ' & shipment.shipmentNumber" },
    });
    const document = aShipment();
    const read = await sent('856', written(shipNotice, document, notice));
    expect(JSON.stringify(read)).toContain(`${document.lines[0]?.sku} ${document.shipment.shipmentNumber}`);
    const profile = adding('855', {
      at: 'DTM',
      elements: { '01': "'106'", '02': "$replace(acknowledgedOn, '-', '')" },
    });
    const answer = { order: anOrder(), acknowledgedOn: '2026-11-21', lines: [anAcknowledgedLine()] };
    expect(lines('855', written(orderAcknowledgment, answer, profile))).toContain('DTM*106*20261121');
  });

  it('never shows the transport to an expression', () => {
    expect(added({ at: 'REF', elements: { '01': "'ZZ'", '02': 'profile.transport.url' } })).toEqual([]);
  });

  it.each([
    [
      '$error("no")',
      'map.documents.810[0].elements.02',
      /the expression of the profile at map\.documents\.810\[0\]\.elements\.02 failed: no/,
    ],
    ['lines.lineId', 'map.documents.810[0].elements.02', /must come to one text, not to a list/],
    ['order', 'map.documents.810[0].elements.02', /must come to one text, not to an object/],
  ])('stops the document where it fails, with its key: %s', (expression, path, message) => {
    try {
      added({ at: 'REF', elements: { '01': "'ZZ'", '02': expression } });
    } catch (error) {
      expect(error).toMatchObject({ code: 'document-addition-failed', path, message: expect.stringMatching(message) });
      return;
    }
    throw new Error('it was written');
  });

  it('is judged by the guide like everything else', () => {
    expect(() => added({ at: 'DTM', elements: { '01': "'011'", '02': "'tomorrow'" } })).toThrow(/Transaction set 810/);
  });
});

describe('references that a profile echoes', () => {
  const order = anOrder({
    department: '0045',
    references: [
      { qualifier: 'DP', value: '0045' },
      { qualifier: 'PD', value: 'PROMO 7' },
      { qualifier: 'CT', value: 'K'.repeat(31) },
      { qualifier: 'IT', value: 'HP01' },
    ],
  });
  const echoing = (set: '855' | '856' | '810'): PartnerProfile => {
    const { outbound } = retailer.documents;
    const rule = { ...outbound[set], echo: ['PD', 'DP', 'CT'] } as NonNullable<(typeof outbound)[typeof set]>;
    return { ...retailer, documents: { ...retailer.documents, outbound: { ...outbound, [set]: rule } } };
  };
  const references = (segments: string[]) => segments.filter((segment) => /^REF\*(DP|PD|CT|IT)/.test(segment));

  it('are in the header of each document that repeats them, once; one that is too long is left out rather than cut', () => {
    const expected = ['REF*DP*0045', 'REF*PD*PROMO 7'];
    const answer = { order, acknowledgedOn: '2026-11-21', lines: [anAcknowledgedLine()] };
    expect(references(lines('855', written(orderAcknowledgment, answer, echoing('855'))))).toEqual(expected);
    expect(references(lines('856', written(shipNotice, { ...aShipment(), order }, echoing('856'))))).toEqual(expected);
    expect(references(lines('810', written(invoiceDocument, { ...invoice, order }, echoing('810'))))).toEqual(expected);
    expect(references(lines('810', written(invoiceDocument, { ...invoice, order }, echoing('855'))))).toEqual([
      'REF*DP*0045',
    ]);
  });
});
