import { fontSizes } from './measure-drawing.ts';
import { actColour, inkColour, middleGrey, tones } from './tones.ts';

const rules = [
  `text{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono','Liberation Mono',monospace;fill:${inkColour}}`,
  `.name{font-size:${fontSizes.name}px;font-weight:600}`,
  `.detail{font-size:${fontSizes.detail}px}`,
  `.decision .name{font-size:${fontSizes.detail}px;font-weight:400}`,
  `.label text{font-size:${fontSizes.label}px}`,
  `.label rect{fill:#f6f8fa;stroke:${middleGrey};stroke-width:.5}`,
  `.group>rect{fill:${middleGrey};fill-opacity:.08;stroke:${middleGrey}}`,
  `.group>text{fill:${middleGrey}}`,
  `.child>rect,.child>polygon,.child>path{stroke-dasharray:5 3}`,
  `.arrow{fill:none;stroke:${middleGrey};stroke-width:1.3}`,
  `.arrow.act{stroke:${actColour};stroke-dasharray:2 3}`,
  `.arrow.after{stroke-dasharray:6 4}`,
  `.head{fill:${middleGrey}}`,
  `.head.act{fill:${actColour}}`,
  ...Object.entries(tones).map(
    ([tone, { fill, line }]) =>
      `.node.${tone}>rect,.node.${tone}>polygon,.node.${tone}>path{fill:${fill};stroke:${line};stroke-width:1.2}`,
  ),
];

/** The style of a picture, for all its parts. */
export const svgStyle = `<style>${rules.join('')}</style>`;
