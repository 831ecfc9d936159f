/** Generates purchase orders of Tri-Valley in bulk; all items are in stock. */

export interface PurchaseOrderFile {
  control: number;
  first: number;
  count: number;
  /**
   * `short`: only two lines; `usual`: about 900 bytes, with terms, dates, addresses and four lines
   * with descriptions.
   */
  detail: 'short' | 'usual';
}

/** One interchange with `count` 850s and PO numbers from `{prefix}{first}` on. */
export function purchaseOrderFile(prefix: string, file: PurchaseOrderFile): string {
  return [...purchaseOrderPieces(prefix, file)].join('');
}

/**
 * Generates the same interchange in pieces, one per order, so that it may exceed the memory.
 */
export function* purchaseOrderPieces(
  prefix: string,
  { control, first, count, detail }: PurchaseOrderFile,
): Generator<string> {
  const isa13 = String(control).padStart(9, '0');
  const day = new Date().toISOString().slice(0, 10).replaceAll('-', '');
  yield textOf([
    `ISA*00*          *00*          *ZZ*TRIVALLEY      *ZZ*MERIDIAN       *${day.slice(2)}*0900*U*00401*${isa13}*0*T*>`,
    `GS*PO*TRIVALLEY*MERIDIAN*${day}*0900*${control}*X*004010`,
  ]);
  const body = detail === 'short' ? SHORT : USUAL;
  for (let index = 0; index < count; index += 1) {
    const control4 = String(index + 1).padStart(4, '0');
    yield textOf([
      `ST*850*${control4}`,
      `BEG*00*SA*${prefix}${first + index}**${day}`,
      ...body,
      `SE*${body.length + 3}*${control4}`,
    ]);
  }
  yield textOf([`GE*${count}*${control}`, `IEA*1*${isa13}`]);
}

function textOf(segments: readonly string[]): string {
  return segments.map((segment) => `${segment}~`).join('');
}

const SHORT = ['N1*ST*TRI-VALLEY SUPPLY RENO*92*BR01', 'PO1*1*12*EA***VN*MW-1001', 'PO1*2*24*EA***VN*MW-1007', 'CTT*2'];

const USUAL = [
  'CUR*BY*USD',
  'REF*DP*041',
  'REF*IA*20417',
  'PER*BD*M. OKAFOR*TE*7755550182',
  'FOB*PP',
  'ITD*01*3*****45',
  'DTM*010*20261204',
  'DTM*002*20261210',
  'TD5*B*2*SAIA*M*SAIA LTL',
  'N9*L1*DELIVERY',
  'MSG*CALL THE DOCK ONE HOUR AHEAD OF ARRIVAL',
  'N1*ST*TRI-VALLEY SUPPLY RENO*92*BR01',
  'N3*940 INDUSTRIAL PARKWAY*DOCK 4',
  'N4*RENO*NV*89502*US',
  'N1*BT*TRI-VALLEY SUPPLY ACCOUNTS PAYABLE*92*TV00',
  'N3*PO BOX 3320',
  'N4*RENO*NV*89505*US',
  ...[1001, 1002, 1007, 1008].flatMap((item, index) => [
    `PO1*${index + 1}*${12 * (index + 1)}*EA*${4 + index}.25**IN*77${item}*VN*MW-${item}`,
    `PID*F****MERIDIAN ARTICLE ${item}, BOXED`,
    'DTM*010*20261204',
  ]),
  'CTT*4',
];
