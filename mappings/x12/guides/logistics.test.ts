import { describe, expect, it } from 'vitest';
import { guide, parseBody, usual } from '../test-support/interchange.ts';
import { writeTransaction } from '../write.ts';

/** A small document of each set, as Meridian would see it. */
const DOCUMENTS: Readonly<Record<string, readonly string[]>> = {
  '180': [
    'BGN*00*RMA-5501*20261121',
    'RDR**CR',
    'PRF*4500117***20261120',
    'N1*BY*Harbor & Pine Stores*92*HP01',
    'BLI*VN*MW-1001*4*EA**31.2',
    'RDR*CR*DM**Hooks bent',
    'QTY*38*4*EA',
    'DTM*050*20261123',
  ],
  '832': [
    'BCT*PC*MW-2026*2',
    'DTM*007*20270101',
    'CUR*SE*USD',
    'N1*SE*Meridian Wholesale*92*40817',
    'LIN*1*VN*MW-1001*UP*850012010012',
    'PID*F****Claw hammer 16 oz',
    'PO4*12*1*EA',
    'CTP**CON*11.35*1*EA',
    'DTM*007*20270101',
    'CTT*1',
  ],
  '846': [
    'BIA*00*MB*STOCK-20261121*20261121*0600',
    'REF*IA*40817',
    'N1*WH*Meridian Reno*91*RNO',
    'LIN*1*VN*MW-1001*IN*7701340',
    'QTY*33*480*EA',
    'QTY*29*1200*EA',
    'DTM*018*20261205',
    'CTT*1',
  ],
  '860': [
    'BCH*04*SA*4500117***20261121****20261121',
    'REF*DP*038',
    'N1*ST*Harbor & Pine 117*92*0117',
    'POC*001*QI*30*6*EA*11.35**VN*MW-1001',
    'PID*F****Claw hammer 16 oz',
    'POC*002*DI*2*0*CA*113.4**VN*MW-1002',
    'CTT*2',
  ],
  '865': [
    'BCA*00*AC*4500117***20261121',
    'POC*001*QI*30*6*EA*11.35**VN*MW-1001',
    'ACK*IA*30*EA*068*20261124',
    'POC*002*DI*2*0*CA*113.4**VN*MW-1002',
    'ACK*ID*2*CA',
    'CTT*2',
  ],
  '875': [
    'G50*N*20261121*G-70012',
    'G62*10*20261124',
    'G66*PP*M***ODFL',
    'N1*ST*Harbor & Pine 117*92*0117',
    'N3*88 Wharf Street',
    'N4*Astoria*OR*97103*US',
    'G68*24*EA*11.35**VN*MW-1001',
    'G69*Claw hammer 16 oz',
    'G76*24*EA*31*LB',
  ],
  '940': [
    'W05*N*SO-100234*4500117',
    'N1*ST*Harbor & Pine 117*92*0117',
    'N3*88 Wharf Street',
    'N4*Astoria*OR*97103*US',
    'N9*DP*038',
    'G62*10*20261124',
    'W66*CC*M*******0*ODFL',
    'LX*1',
    'W01*24*EA**VN*MW-1001*IN*7701340',
    'G69*Claw hammer 16 oz',
    'W76*24*31*LB',
  ],
  '944': [
    'W17*F*20261121*R-881*PO-9001',
    'N1*WH*Meridian Reno*91*RNO',
    'W08*M*ODFL',
    'W07*240*EA**VN*MW-1001',
    'W13*2*EA*01',
    'W14*240',
  ],
  '945': [
    'W06*N*SO-100234*20261122*RNO-000871**4500117',
    'N1*ST*Harbor & Pine 117*92*0117',
    'W27*M*ODFL',
    'LX*1',
    'MAN*GM*00006141410000000029',
    'W12*CC*24*24*0*EA**VN*MW-1001',
    'W12*PR*6*4*2*EA**VN*MW-1002',
    'W03*28*38*LB',
  ],
};

describe('a document of each set', () => {
  it.each(Object.entries(DOCUMENTS))('%s is read without a fault, and written back the same', async (set, body) => {
    const { tree, errors } = await parseBody(set, body);
    expect(errors).toEqual([]);
    expect(writeTransaction(tree, guide(set), usual)).toEqual(body);
  });

  it.each([
    ['940', 'W05*N*SO-100234*4500117', 'W05*N**4500117', 'element-missing', 'W05', 2],
    ['940', 'W01*24*EA**VN*MW-1001*IN*7701340', 'W01*24*EA**VN**IN*7701340', 'element-condition', 'W01', 5],
    ['945', 'W03*28*38*LB', 'W03*28*38', 'element-condition', 'W03', 3],
    ['945', 'W06*N*SO-100234*20261122*RNO-000871**4500117', 'W06*N*SO-100234*20261322', 'element-date', 'W06', 3],
    ['944', 'W14*240', 'W14*24O', 'element-character', 'W14', 1],
    ['860', 'POC*001*QI*30*6*EA*11.35**VN*MW-1001', 'POC*001*QI*30**EA', 'segment-missing', 'BCH', undefined],
    ['875', 'G76*24*EA*31*LB', 'G76*24*EA*31', 'element-condition', 'G76', 4],
    ['846', 'QTY*33*480*EA', 'QTY*33', 'element-condition', 'QTY', 2],
    ['180', 'BLI*VN*MW-1001*4*EA**31.2', 'BLI*VN*MW-1001*4', 'element-condition', 'BLI', 4],
  ] as const)('of a %s, %s as %s is refused where it stands', async (set, sound, broken, code, segment, element) => {
    const body = (DOCUMENTS[set] ?? []).map((line) => (line === sound ? broken : line));
    const spoiled = code === 'segment-missing' ? body.filter((line) => !line.startsWith(segment)) : body;
    const { errors } = await parseBody(set, spoiled);
    const found = errors.map(({ code: named, place }) => [named, place.segment, place.element]);
    expect(found).toContainEqual([code, segment, element]);
  });
});
