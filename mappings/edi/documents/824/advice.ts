import type { TreeNode } from '../../../x12/types.ts';
import { iterationsOf, segmentOf, segmentsOf, textOf } from '../../tree.ts';
import type { Advice } from '../definition.ts';

/**
 * Reads what the partner's application says about documents of ours, one entry for each OTI. A letter of OTI01 says what
 * it is about (transaction set, item, group, batch), the last one what became of it.
 */
export function advicesOf824(tree: TreeNode): Advice[] {
  return iterationsOf(tree, 'OTI').map((loop): Advice => {
    const oti = segmentOf(loop, 'OTI');
    const code = textOf(oti, '01') ?? '';
    const [qualifier, number] = [textOf(oti, '02'), textOf(oti, '03')];
    const [groupControl, transactionControl, set] = [textOf(oti, '08'), textOf(oti, '09'), textOf(oti, '10')];
    const texts = [...iterationsOf(loop, 'TED').flatMap(errorTexts), ...references(loop)];
    return {
      code,
      outcome: OUTCOMES[code.slice(-1)] ?? 'questioned',
      ...(qualifier !== undefined && number !== undefined && { reference: { qualifier, number } }),
      ...(groupControl !== undefined && { groupControl }),
      ...(transactionControl !== undefined && { transactionControl }),
      ...(set !== undefined && { set }),
      reasons: texts.join('; '),
    };
  });
}

const OUTCOMES: Readonly<Record<string, Advice['outcome']>> = { A: 'accepted', R: 'refused' };

function errorTexts(loop: TreeNode): string[] {
  const ted = segmentOf(loop, 'TED');
  const place = [textOf(ted, '03'), textOf(ted, '07')].filter((text) => text !== undefined).join(' ');
  const notes = segmentsOf(loop, 'NTE').flatMap((note) => textOf(note, '02') ?? []);
  const said = [textOf(ted, '02'), ...notes].filter((text) => text !== undefined).join(' ');
  const reason = said === '' ? `error ${textOf(ted, '01')}` : said;
  return [place === '' ? reason : `${reason} (${place})`];
}

function references(loop: TreeNode): string[] {
  return segmentsOf(loop, 'REF').flatMap((ref) => {
    const [qualifier, number, text] = ['01', '02', '03'].map((element) => textOf(ref, element));
    return [[qualifier, number, text].filter((part) => part !== undefined).join(' ')];
  });
}
