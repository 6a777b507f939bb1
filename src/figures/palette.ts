/**
 * Ten colours that stay distinct with colour vision deficiency and in print: Petroff, "Accessible color sequences
 * for data visualization" (arXiv 2107.02270), the ten-colour sequence.
 */
const accessible = [
  '#3f90da',
  '#ffa90e',
  '#bd1f01',
  '#94a4a2',
  '#832db6',
  '#a96b59',
  '#e76300',
  '#b9ac70',
  '#717581',
  '#92dadd',
];

/** The colour of class or series `index`. Beyond the tenth, hues step by the golden angle, at three lightnesses. */
export function colorOf(index: number): string {
  const known = accessible[index];
  if (known !== undefined) return known;
  const lightness = [0.62, 0.78, 0.46][index % 3] ?? 0.62;
  return oklch(lightness, 0.13, ((index * 137.508) % 360) * (Math.PI / 180));
}

/** OKLCH to sRGB: Ottosson, "A perceptual color space for image processing" (2020), clipped to what a screen has. */
function oklch(lightness: number, chroma: number, hue: number): string {
  const a = chroma * Math.cos(hue);
  const b = chroma * Math.sin(hue);
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
  const rgb = [
    4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s,
    -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
    -0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s,
  ];
  return `#${rgb.map(hexOfLinear).join('')}`;
}

function hexOfLinear(linear: number): string {
  const clipped = Math.min(1, Math.max(0, linear));
  const encoded = clipped <= 0.0031308 ? 12.92 * clipped : 1.055 * clipped ** (1 / 2.4) - 0.055;
  return Math.round(255 * encoded)
    .toString(16)
    .padStart(2, '0');
}
