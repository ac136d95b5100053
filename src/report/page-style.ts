import { darkTheme, lightTheme, type Theme } from '../chart/index.ts'

/** What rosette's pages have in common. Their colours are the charts'. */
export const pageStyle = `
:root{color-scheme:light dark;${variables(lightTheme)};--accent:#b3006b}
@media screen and (prefers-color-scheme:dark){:root{${variables(darkTheme)};--accent:#ff7ac6}}
*{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--ink);font:14px/1.45 'DejaVu Sans',Verdana,system-ui,sans-serif}
[hidden]{display:none!important}
h1{font-size:20px;margin:0}h2{font-size:15px;margin:18px 0 6px}p{margin:2px 0}
.note,dt{color:var(--muted);font-size:12px}
table{border-collapse:collapse}th,td{text-align:left;padding:3px 14px 3px 0;border-bottom:1px solid var(--grid);vertical-align:top;overflow-wrap:anywhere}
th{font-weight:normal;color:var(--muted)}td.number{text-align:right;font-variant-numeric:tabular-nums}
.charts{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,620px),1fr));gap:18px;align-content:start;align-items:start}
.charts figure{margin:0;border:1px solid var(--grid);border-radius:6px}
svg.chart{width:100%;height:auto;display:block;font-family:'DejaVu Sans',Verdana,sans-serif}
`

function variables({ palette, ...colours }: Theme): string {
  return [...Object.entries(colours), ...palette.map((colour, i) => [`p${i}`, colour])]
    .map(([name, colour]) => `--${name}:${colour}`)
    .join(';')
}
