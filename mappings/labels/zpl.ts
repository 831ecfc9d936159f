/**
 * Renders labels in ZPL II for printers of 203 dpi (Zebra programming guide: ^XA, ^FO, ^GB, ^A0,
 * ^BY, ^BC, ^FH, ^CI28).
 *
 * Text is UTF-8 under ^CI28. Font 0 has the Latin letters; Greek and Cyrillic are set in Swiss 721,
 * which Zebra's printers have beside it. A printer without it prints such a text in its default font,
 * so that letters are missing: load the font under this name. Command prefixes (^ and ~), the hexadecimal escape (_) and control characters are
 * escaped under ^FH. Data such as a party's name can therefore not inject commands.
 */
import { codeSetRuns, type ElementString } from './barcode.ts';
import { isInFontZero } from './characters.ts';
import { type Barcode, LABEL_HEIGHT, LABEL_WIDTH, type Label, type LabelElement, type Text } from './label.ts';

const SWISS_721 = 'E:TT0003M_.FNT';

/** One ^XA … ^XZ per label, as UTF-8 text. */
export function labelsAsZpl(labels: readonly Label[]): string {
  return labels.map(labelAsZpl).join('');
}

function labelAsZpl({ elements }: Label): string {
  return ['^XA', '^CI28', `^PW${LABEL_WIDTH}`, `^LL${LABEL_HEIGHT}`, '^LH0,0', ...elements.map(drawn), '^XZ', ''].join(
    '\n',
  );
}

function drawn(element: LabelElement): string {
  if (element.kind === 'rule') {
    const { x, y, width, height } = element;
    return `^FO${x},${y}^GB${width},${height},${Math.min(width, height)}^FS`;
  }
  return element.kind === 'text' ? textField(element) : barcodeField(element);
}

function textField({ x, y, width, size, text, align }: Text): string {
  // The text fits its width; the field block only centers it.
  const block = align === 'center' ? `^FB${width},1,0,C` : '';
  const font = isInFontZero(text) ? `^A0N,${size},${size}` : `^A@N,${size},${size},${SWISS_721}`;
  return `^FO${x},${y}${font}${block}^FH^FD${escaped(text)}^FS`;
}

/**
 * Code 128 in mode N: character sets are chosen here and FNC1 (`>8`) is first, which makes it
 * GS1-128 on every firmware.
 */
function barcodeField({ x, y, module, height, element }: Barcode): string {
  return `^FO${x},${y}^BY${module}^BCN,${height},N,N,N,N^FH^FD${symbol(element)}^FS`;
}

const START = { B: '>:', C: '>;' };
const CHANGE = { B: '>6', C: '>5' };

function symbol(element: ElementString): string {
  const runs = codeSetRuns(element).map(({ set, text }, index) =>
    index === 0 ? `${START[set]}>8${escaped(text)}` : CHANGE[set] + escaped(text),
  );
  return runs.join('');
}

/** Field data under ^FH. */
export function escaped(text: string): string {
  return text.replace(/[\^~_\\\p{Cc}]/gu, (character) =>
    [...new TextEncoder().encode(character)]
      .map((byte) => `_${byte.toString(16).toUpperCase().padStart(2, '0')}`)
      .join(''),
  );
}
