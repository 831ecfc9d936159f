/**
 * Structure of the sets about orders in release 004010: 850, 855, 860 and 865, written as in sets.ts. They have most segments in common,
 * but not their order, so that each set states the differences of its own.
 */
import { indented, type SetDefinition } from '../compile.ts';

/** `ladings` is the maximum of TD1: a line has one, an order or a place several. */
const carrier = (ladings: 1 | 2) => `TD1 O ${ladings}
TD5 O 12
TD3 O 12
TD4 O 5`;

const address = (places: '1' | '>1', quantities = '') => `N1 O 1
N2 O 2
N3 O 2
N4 O ${places}
${quantities}NX2 O >1
REF O 12`;

const codes = `[LM >1]
  LM O 1
  LQ M >1`;

/** Demographic data of advertising. */
const advertising = `[ADV >1]
  ADV O 1
  DTM O >1
  MTX O >1`;

/** Specifications that come with an order, with their parties and contract data. */
const specifications = `[SPI >1]
  SPI O 1
  REF O 5
  DTM O 5
  MSG O 50
  [N1 20]
    N1 O 1
    N2 O 2
    N3 O 2
    N4 O 1
    REF O 20
    G61 O 1
    MSG O 50
  [CB1 >1]
    CB1 O 1
    REF O 20
    DTM O 5
    LDT O 1
    MSG O 50`;

/** Amounts of the whole order before its lines; those after them belong to CTT. */
const orderAmounts = `[AMT >1]
  AMT O 1
  REF O >1
  DTM O 1
  PCT O >1
  [FA1 >1]
    FA1 O 1
    FA2 M >1`;

/** From CUR to TD4. `sales` are the segments that state conditions of sale. */
const headerStart = (own: { sales: string; terms: '5' | '>1'; packagings: 25 | 200 }) => `CUR O 1
REF O >1
PER O 3
TAX O >1
FOB O >1
CTP O >1
PAM O 10
${own.sales}
[SAC 25]
  SAC O 1
  CUR O 1
ITD O ${own.terms}
DIS O 20
INC O 1
DTM O 10
LDT O 12
LIN O 5
SI O >1
PID O 200
MEA O 40
PWK O 25
PKG O ${own.packagings}
${carrier(2)}`;

const headerTexts = `[N9 1000]
  N9 O 1
  DTM O >1
  MSG O 1000`;

const headerParty = (own: { places: '1' | '>1'; packagings: string }) => `[N1 200]
  ${indented(address(own.places), 2)}
  PER O >1
  SI O >1
  FOB O 1
  ${indented(carrier(2), 2)}
  PKG O ${own.packagings}`;

/** A seller's answer may add a text to a party. */
const answeringParty = headerParty({ places: '1', packagings: '25\n  MSG O >1' });
const orderingParty = headerParty({ places: '>1', packagings: '200' });

/** From the segment that begins a line to TD4. */
const lineStart = (own: {
  line: string;
  contract?: string;
  price?: string;
  packagings?: string;
  allowancePrice?: string;
  additional?: string;
  commodity?: string;
}) => `${own.line} M 1
LIN O >1
SI O >1
CUR O 1
${own.contract ?? ''}PO3 O 25
${own.price ?? 'CTP O >1'}
PAM O 10
MEA O 40
[PID 1000]
  PID O 1
  MEA O 10
PWK O 25
${own.packagings ?? ''}PO4 O >1
REF O >1
PER O 3
[SAC 25]
  SAC O 1
  CUR O 1${own.allowancePrice ?? ''}
IT8 O 1
CSH O >1
ITD O 2
DIS O 20
INC O 1
TAX O >1
FOB O >1
SDQ O 500
${own.additional ?? ''}DTM O 10
${own.commodity ?? ''}${carrier(1)}`;

const quantities = `[QTY >1]
  QTY O 1
  SI O >1`;

const schedule = (references: string) => `[SCH 200]
  SCH O 1
  ${indented(carrier(2), 2)}${references}`;

const packaging = `[PKG 200]
  PKG O 1
  MEA O >1`;

/** Lead times of a line stand between LS and LE, because a place of the line has lead times too. */
const boundedLeadTimes = `[LS 1]
  LS O 1
  [LDT >1 M]
    LDT O 1
    QTY O >1
    MSG O 1
    REF O 3
    [LM >1]
      LM O 1
      LQ M >1
  LE M 1`;

const lineTexts = (measurements = '') => `[N9 1000]
  N9 O 1
  DTM O >1
  ${measurements}MSG O 1000`;

const lineParty = (own: { quantitiesFirst: boolean; packagings: 25 | 200; leadTimes: string }) => `[N1 200]
  ${indented(address('1', own.quantitiesFirst ? 'QTY O >1\n' : ''), 2)}
  PER O 3
  SI O >1
  DTM O 1
  FOB O 1
  SCH O 200
  ${indented(carrier(2), 2)}
  ${own.quantitiesFirst ? '' : 'QTY O >1\n  '}PKG O ${own.packagings}${own.leadTimes}`;

const leadTimesOfPlace = `
  [LDT >1]
    LDT O 1
    MAN O 10
    QTY O 5
    MSG O 1`;

const sublineParty = `[N1 10]
  ${indented(address('1'), 2)}
  PER O 3
  SI O >1`;

const sublineTexts = `[N9 >1]
  N9 O 1
  DTM O >1
  MSG O >1`;

const sublineAllowance = `[SAC 10]
  SAC O 1
  CUR O 1`;

/** Sublines of the answers, which may acknowledge each of them. */
const answeredSublines = (texts: string) => `[SLN 1000]
  SLN O 1
  MSG O >1
  SI O >1
  PID O 1000
  PO3 O 25
  CTP O 25
  PAM O 10
  ACK O 104
  ${indented(sublineAllowance, 2)}
  DTM O 10
  PO4 O 1
  TAX O 3
  ADV O >1
  ${indented(quantities, 2)}
  ${indented(texts, 2)}
  ${indented(sublineParty, 2)}`;

const lineAmounts = `[AMT >1]
  AMT O 1
  REF O 1
  PCT O >1`;

const acknowledgments = `[ACK 104]
  ACK O 1
  DTM O 1`;

const purchaseOrder = `BEG M 1
${headerStart({ sales: 'CSH O 5\nTC2 O >1', terms: '>1', packagings: 200 })}
MAN O 10
PCT O >1
CTB O 5
TXI O >1
${orderAmounts}
${headerTexts}
${orderingParty}
${codes}
${specifications}
${advertising}
[PO1 100000 M]
  ${indented(
    lineStart({
      line: 'PO1',
      contract: 'CN1 O 1\n',
      price: '[CTP >1]\n  CTP O 1\n  CUR O 1',
      allowancePrice: '\n  CTP O 1',
      additional: 'IT3 O 5\n',
      commodity: 'TC2 O >1\n',
    }),
    2,
  )}
  PCT O >1
  MAN O 10
  MSG O >1
  SPI O >1
  TXI O >1
  CTB O >1
  ${indented(quantities, 2)}
  ${indented(schedule('\n  REF O >1'), 2)}
  ${indented(packaging, 2)}
  ${indented(boundedLeadTimes, 2)}
  ${indented(lineTexts('MEA O 40\n  '), 2)}
  ${indented(lineParty({ quantitiesFirst: true, packagings: 200, leadTimes: `${leadTimesOfPlace}\n    REF O 3` }), 2)}
  [SLN 1000]
    SLN O 1
    MSG O >1
    SI O >1
    PID O 1000
    PO3 O 104
    TC2 O >1
    ADV O >1
    DTM O 10
    CTP O 25
    PAM O 10
    PO4 O 1
    TAX O 3
    ${indented(sublineTexts, 4)}
    [SAC 25]
      SAC O 1
      CUR O 1
      CTP O 1
    ${indented(quantities, 4)}
    ${indented(sublineParty, 4)}
  ${indented(lineAmounts, 2)}
  ${indented(codes, 2)}
[CTT 1]
  CTT O 1
  AMT O 1`;

const purchaseOrderAcknowledgment = `BAK M 1
${headerStart({ sales: 'CSH O 1', terms: '5', packagings: 25 })}
MAN O 10
TXI O >1
CTB O >1
${headerTexts}
${answeringParty}
${advertising}
[PO1 100000]
  ${indented(lineStart({ line: 'PO1', commodity: 'LDT O 12\n' }), 2)}
  ${indented(acknowledgments, 2)}
  MAN O 10
  AMT O 1
  CTB O >1
  TXI O >1
  ${indented(quantities, 2)}
  ${indented(packaging, 2)}
  ${indented(schedule('\n  REF O >1'), 2)}
  ${indented(lineTexts(), 2)}
  ${indented(lineParty({ quantitiesFirst: false, packagings: 25, leadTimes: '' }), 2)}
  ${indented(answeredSublines(sublineTexts), 2)}
CTT O 1
AMT O 1`;

const purchaseOrderChange = `BCH M 1
${headerStart({ sales: 'CSH O 5', terms: '5', packagings: 200 })}
CTB O >1
MAN O 10
G53 O >1
TXI O >1
PCT O >1
${orderAmounts}
${headerTexts}
${orderingParty}
${codes}
${specifications}
${advertising}
[POC >1]
  ${indented(lineStart({ line: 'POC', contract: 'CN1 O 1\n', packagings: 'PKG O 200\n' }), 2)}
  MAN O 10
  PCT O >1
  TC2 O 2
  CTB O >1
  TXI O >1
  SPI O >1
  MSG O >1
  ${indented(quantities, 2)}
  ${indented(schedule(''), 2)}
  ${indented(lineTexts(), 2)}
  ${indented(boundedLeadTimes, 2)}
  ${indented(lineParty({ quantitiesFirst: true, packagings: 200, leadTimes: `${leadTimesOfPlace}\n    REF O 3` }), 2)}
  [SLN 1000]
    SLN O 1
    MSG O >1
    SI O >1
    PID O 1000
    PO3 O 104
    TC2 O 2
    ${indented(sublineAllowance, 4)}
    DTM O 10
    CTP O 25
    PAM O 10
    PO4 O 1
    TAX O 3
    ADV O >1
    ${indented(quantities, 4)}
    ${indented(sublineTexts, 4)}
    ${indented(sublineParty, 4)}
  ${indented(lineAmounts, 2)}
  ${indented(codes, 2)}
[CTT 1]
  CTT O 1
  AMT O 5`;

const purchaseOrderChangeAcknowledgment = `BCA M 1
${headerStart({ sales: 'CSH O 1', terms: '5', packagings: 25 })}
PCT O >1
MAN O 10
TXI O >1
CTB O >1
G53 O >1
${headerTexts}
${answeringParty}
[AMT >1]
  AMT O 1
  PCT O >1
${advertising}
[POC >1]
  ${indented(lineStart({ line: 'POC', packagings: 'PKG O 25\n' }), 2)}
  TXI O >1
  PCT O >1
  ${indented(acknowledgments, 2)}
  MAN O 10
  SPI O >1
  MSG O >1
  CTB O >1
  [AMT >1]
    AMT O 1
    PCT O >1
  ${indented(quantities, 2)}
  ${indented(schedule('\n  REF O >1'), 2)}
  [LDT >1]
    LDT O 1
    QTY O >1
    MSG O 1
    ${indented(codes, 4)}
  ${indented(lineTexts(), 2)}
  ${indented(lineParty({ quantitiesFirst: true, packagings: 25, leadTimes: leadTimesOfPlace }), 2)}
  ${indented(answeredSublines('[N9 >1]\n  N9 O 1\n  DTM O >1'), 2)}
  [PD >1]
    PD O 1
    PDD O >1
[CTT 1]
  CTT O 1
  AMT O 5`;

export const orderSets: readonly SetDefinition[] = [
  { set: '850', functionalId: 'PO', name: 'Purchase order', structure: purchaseOrder },
  { set: '855', functionalId: 'PR', name: 'Purchase order acknowledgment', structure: purchaseOrderAcknowledgment },
  { set: '860', functionalId: 'PC', name: 'Purchase order change', structure: purchaseOrderChange },
  {
    set: '865',
    functionalId: 'CA',
    name: 'Purchase order change acknowledgment',
    structure: purchaseOrderChangeAcknowledgment,
  },
];
