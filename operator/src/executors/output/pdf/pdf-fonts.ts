import { createRequire } from 'node:module';
import type { TFontDictionary } from 'pdfmake/interfaces.js';

const { resolve } = createRequire(import.meta.url);
const face = (name: string) => resolve(`pdfmake/fonts/Roboto/Roboto-${name}.ttf`);

/** Roboto is embedded, as far as it is used; Courier is in every reader of PDF. */
export const fonts = {
  Roboto: {
    normal: face('Regular'),
    bold: face('Medium'),
    italics: face('Italic'),
    bolditalics: face('MediumItalic'),
  },
  Courier: {
    normal: 'Courier',
    bold: 'Courier-Bold',
    italics: 'Courier-Oblique',
    bolditalics: 'Courier-BoldOblique',
  },
} satisfies TFontDictionary;
