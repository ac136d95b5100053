/** How many colours individuals have; every theme has as many. */
export const paletteSize = 7

/** The palette's name, said on pictures. */
export const paletteName = 'Colours: Tol bright'

/** Colours of a kind of paper. Marks and lines have a contrast of 3 or more against it (WCAG 2.2, 1.4.11). */
export interface Theme {
  readonly paper: string
  readonly ink: string
  readonly muted: string
  readonly grid: string
  readonly same: string
  readonly different: string
  readonly right: string
  readonly wrong: string
  /**
   * Individuals: Paul Tol's `bright` (Colour Schemes, SRON/EPS/TN/09-002), seven hues that people with any colour blindness tell
   * apart, those of too little contrast moved as far as was needed. On white that is most of them: two of the seven differ by 22
   * (CIEDE2000) or more, and by 7.6 or more seen with any colour blindness (Machado et al. 2009); blue and cyan, the nearest before, by 29 and 18.
   */
  readonly palette: readonly string[]
}

/** Right and wrong: bluish green and vermillion of Okabe and Ito, which also differ in lightness. */
export const lightTheme: Theme = {
  paper: '#FFFFFF',
  ink: '#1B1F24',
  muted: '#57606A',
  grid: '#D8DEE4',
  same: '#0072B2',
  different: '#B57600',
  right: '#007E5D',
  wrong: '#C44601',
  palette: ['#2F4BB5', '#D95B51', '#007227', '#908300', '#0090B0', '#961D6B', '#827F7D'],
}

/** Colours on a dark ground; individuals' colours are bright enough to be told apart there. */
export const darkTheme: Theme = {
  paper: '#14181D',
  ink: '#E6EAEF',
  muted: '#9BA5B0',
  grid: '#343B44',
  same: '#56B4E9',
  different: '#E69F00',
  right: '#2CC295',
  wrong: '#FF8243',
  palette: ['#4477AA', '#EE6677', '#228833', '#CCBB44', '#66CCEE', '#B64F8A', '#999999'],
}

/**
 * The pictures' style sheet: on paper and on light screens one theme, on dark screens the other. resvg, which makes the PNGs,
 * passes over the second part.
 */
export function chartStyle(): string {
  const common = [
    '.line,.grid,.axis,.rule{fill:none}',
    '.grid{stroke-width:1}.axis{stroke-width:1.2}.line{stroke-width:2;stroke-linejoin:round}.thin{stroke-width:1;stroke-opacity:0.45}',
    '.rule{stroke-width:1.5;stroke-dasharray:6 4}.area{fill-opacity:0.35}.rim{paint-order:stroke;stroke-width:3.5;stroke-linejoin:round}',
    '.join{stroke:#C2006B;fill:none}.join-rim{stroke:#FFFFFF;fill:none}.join-end{fill:#C2006B;stroke:#FFFFFF}.join-number{fill:#FFFFFF}',
    '.box{fill:none;stroke-width:3.5}.block,.block-rim{fill:none;stroke-width:0.6}.block{stroke:#FFFFFF}.block-rim{stroke:#000000;stroke-width:1.6}',
  ]
  return `${common.join('')}${colours(lightTheme)}@media screen and (prefers-color-scheme:dark){${colours(darkTheme)}}`
}

function colours({ paper, ink, muted, grid, same, different, right, wrong, palette }: Theme): string {
  const data = { same, different, right, wrong }
  const both = Object.entries(data).map(([name, colour]) => `.${name}{fill:${colour}}.${name}-line{stroke:${colour}}`)
  return [
    `.grey{fill:#808080}.paper{fill:${paper}}.rim{stroke:${paper}}.ink{fill:${ink}}.muted{fill:${muted}}`,
    `.grid{stroke:${grid}}.axis,.rule{stroke:${muted}}.shade{fill:${grid}}.query-line{stroke:${muted}}.on-mark{fill:${paper}}`,
    ...both,
    ...palette.map((colour, i) => `.p${i}{fill:${colour}}.l${i}{stroke:${colour}}`),
  ].join('')
}
