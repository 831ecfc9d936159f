/**
 * Structure of the transaction sets of release 004010: one line per segment with requirement and maximum (`>1` unbounded), `[ID max]` opens
 * a loop whose lines are indented; the loop's first segment starts each iteration.
 */
import { indented, type SetDefinition } from '../compile.ts';
import { orderSets } from './orders.ts';

const invoiceParty = `[N1 200]
  N1 O 1
  N2 O 2
  N3 O 2
  N4 O 1
  REF O 12
  PER O 3
  DMG O 1`;

const vessel = `[V1 >1]
  V1 O 1
  R4 O >1
  DTM O >1`;

const invoiceAllowance = `[SAC 25]
  SAC O 1
  TXI O 10`;

/** Dangerous goods of a shipment, a package or an item. */
const hazardousGoods = `[LH1 100]
  LH1 O 1
  LH2 O 4
  LH3 O 12
  LFH O 20
  LEP O >1
  LH4 O 1
  LHT O 3
  LHR O 10
  PER O 5
  LHE O 1`;

/** References and allowances below a remittance item or an adjustment. */
const remittanceReferences = `[REF >1]
  REF O 1
  DTM O >1`;

const remittanceItems = `[IT1 >1]
  IT1 O 1
  ${indented(remittanceReferences, 2)}
  [SAC >1]
    SAC O 1
    TXI O >1
  [SLN >1]
    SLN O 1
    ${indented(remittanceReferences, 4)}
    [SAC >1]
      SAC O 1
      TXI O >1`;

const adjustment = `[ADX >1]
  ADX O 1
  NTE O >1
  PER O >1
  DTM O 1
  ${indented(remittanceReferences, 2)}
  ${indented(remittanceItems, 2)}`;

/** Payments that are no remittance of trade: taxes, deductions from wages, pensions, child support, royalties. */
const otherPayments = `[TXP >1]
  TXP O 1
  TXI O >1
[DED >1]
  DED O 1
[LX >1]
  LX O 1
  REF O >1
  TRN O >1
  [NM1 >1]
    NM1 O 1
    REF O >1
    G53 O 1
    [AIN >1]
      AIN O 1
      QTY O >1
      DTP O >1
    [PEN >1]
      PEN O 1
      AMT O >1
      DTP O >1
      [INV >1]
        INV O 1
        DTP O >1
[N9 1]
  N9 O 1
  [AMT >1]
    AMT O 1
    REF O >1
  [N1 >1]
    N1 O 1
    REF O >1
    [EMS >1]
      EMS O 1
      ATN O >1
      AIN O >1
      PYD O >1
[RYL >1]
  RYL O 1
  [NM1 >1]
    NM1 O 1
    [LOC >1]
      LOC O 1
      [PID >1]
        PID O 1
        DTM O 1
        [PCT >1]
          PCT O 1
          QTY O 1
          [AMT >1]
            AMT O 1
            ADX O >1
    [ASM 1]
      ASM O 1
      ADX O 1`;

export const sets: readonly SetDefinition[] = [
  ...orderSets,
  {
    set: '856',
    functionalId: 'SH',
    name: 'Ship notice',
    structure: `BSN M 1
DTM O 10
[HL 200000 M]
  HL M 1
  LIN O 1
  SN1 O 1
  SLN O 1000
  PRF O 1
  PO4 O 1
  PID O 200
  MEA O 40
  PWK O 25
  PKG O 25
  TD1 O 20
  TD5 O 12
  [TD3 12]
    TD3 O 1
  TD4 O 5
  TSD O 1
  REF O >1
  PER O 3
  ${indented(hazardousGoods, 2)}
  [CLD 200]
    CLD O 1
    REF O 200
    DTP O 1
  MAN O >1
  DTM O 10
  FOB O 1
  PAL O 1
  [N1 200]
    N1 O 1
    N2 O 2
    N3 O 2
    N4 O 1
    REF O 12
    PER O 3
    FOB O 1
  SDQ O 50
  ETD O 1
  CUR O 1
  [SAC >1]
    SAC O 1
    CUR O 1
  GF O 1
  YNQ O 10
  [LM 10]
    LM O 1
    LQ M 100
  ${indented(vessel, 2)}
CTT O 1`,
  },
  {
    set: '810',
    functionalId: 'IN',
    name: 'Invoice',
    structure: `BIG M 1
NTE O 100
CUR O 1
REF O 12
YNQ O 10
PER O 3
${invoiceParty}
ITD O >1
DTM O 10
FOB O 1
PID O 200
MEA O 40
PWK O 25
PKG O 25
L7 O 1
BAL O >1
INC O 1
PAM O >1
[LM 10]
  LM O 1
  LQ M 100
[N9 1]
  N9 O 1
  MSG M 10
${vessel}
[FA1 >1]
  FA1 O 1
  FA2 M >1
[IT1 200000]
  IT1 O 1
  CRC O 1
  QTY O 5
  CUR O 1
  IT3 O 5
  TXI O 10
  CTP O 25
  PAM O 10
  MEA O 40
  [PID 1000]
    PID O 1
    MEA O 10
  PWK O 25
  PKG O 25
  PO4 O 1
  ITD O 2
  REF O >1
  YNQ O 10
  PER O 5
  SDQ O 500
  DTM O 10
  CAD O >1
  L7 O >1
  SR O 1
  ${indented(invoiceAllowance, 2)}
  [SLN 1000]
    SLN O 1
    DTM O 1
    REF O >1
    PID O 1000
    SAC O 25
    TC2 O 2
    TXI O 10
  ${indented(invoiceParty, 2)}
  [LM 10]
    LM O 1
    LQ M 100
  ${indented(vessel, 2)}
  [FA1 >1]
    FA1 O 1
    FA2 M >1
TDS M 1
TXI O 10
CAD O 1
AMT O >1
${invoiceAllowance}
[ISS >1]
  ISS O 1
  PID O 1
CTT O 1`,
  },
  {
    set: '820',
    functionalId: 'RA',
    name: 'Payment order and remittance advice',
    structure: `BPR M 1
NTE O >1
TRN O 1
CUR O 1
REF O >1
DTM O >1
[N1 >1]
  N1 O 1
  N2 O >1
  N3 O >1
  N4 O 1
  REF O >1
  PER O >1
  RDM O 1
  DTM O 1
[ENT >1]
  ENT O 1
  [NM1 >1]
    NM1 O 1
    N2 O >1
    N3 O >1
    N4 O 1
    REF O >1
    PER O >1
  ${indented(adjustment, 2)}
  [RMR >1]
    RMR O 1
    NTE O >1
    REF O >1
    DTM O >1
    ${indented(remittanceItems, 4)}
    ${indented(adjustment, 4)}
${otherPayments}`,
  },
  {
    set: '997',
    functionalId: 'FA',
    name: 'Functional acknowledgment',
    structure: `AK1 M 1
[AK2 999999]
  AK2 O 1
  [AK3 999999]
    AK3 O 1
    AK4 O 99
  AK5 M 1
AK9 M 1`,
  },
];
