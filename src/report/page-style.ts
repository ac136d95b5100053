import { darkTheme, lightTheme, type Theme } from './svg/theme.ts'

/** The page's style sheet. Its colours are the charts'. */
export const pageStyle = `
:root{color-scheme:light dark;${variables(lightTheme)};--accent:#b3006b}
@media screen and (prefers-color-scheme:dark){:root{${variables(darkTheme)};--accent:#ff7ac6}}
*{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--ink);font:14px/1.45 'DejaVu Sans',Verdana,system-ui,sans-serif}
[hidden]{display:none!important}
#page{display:flex;flex-direction:column;height:100vh}
.top{display:flex;flex-wrap:wrap;justify-content:space-between;align-items:end;gap:4px 24px;padding:10px 16px 8px}
h1{font-size:20px;margin:0}h2{font-size:15px;margin:18px 0 6px}p{margin:2px 0}
.note,dt{color:var(--muted);font-size:12px}
dl{display:flex;gap:22px;margin:0}dd{margin:0;font-size:20px;font-weight:bold}
nav{display:flex;gap:2px;padding:0 12px;border-bottom:1px solid var(--grid)}
nav button{border:0;border-bottom:3px solid transparent;border-radius:0;background:none;padding:7px 14px;font-size:14px}
nav button[aria-selected=true]{border-bottom-color:var(--accent);font-weight:bold}
button,select,input{font:inherit;font-size:13px;color:inherit;background:var(--paper);border:1px solid var(--muted);border-radius:5px;padding:4px 9px}
button{cursor:pointer}button:hover{background:var(--grid)}
:focus-visible{outline:3px solid var(--accent);outline-offset:1px}
.content{flex:1;min-height:0;position:relative}
.panel{position:absolute;inset:0}
.with-side{display:grid;grid-template-columns:minmax(0,1fr) 330px;height:100%}
.with-side.reversed{grid-template-columns:330px minmax(0,1fr)}
aside{overflow:auto;padding:12px 14px;border-left:1px solid var(--grid);display:flex;flex-direction:column;gap:10px}
.reversed aside{border-left:0;border-right:1px solid var(--grid)}
aside label{display:flex;gap:8px;align-items:center;flex-wrap:wrap}
aside section{min-height:0}
.scroll{overflow:auto;height:100%;padding:4px 16px 24px}
.row,.switch{display:flex;gap:8px;align-items:center;flex-wrap:wrap}
.switch button[aria-pressed=true]{background:var(--ink);color:var(--paper)}
.legend{list-style:none;margin:0;padding:0;display:flex;flex-wrap:wrap;gap:2px 12px;font-size:12px}
.dot{display:inline-block;width:11px;height:11px;border-radius:50%;margin-right:5px;vertical-align:-1px}
.layers{position:relative;overflow:hidden;min-height:240px;height:100%;touch-action:none}
.layers canvas{position:absolute;inset:0;width:100%;height:100%;touch-action:none}
.layers canvas:focus-visible{outline-offset:-3px}
.colour-scale{display:flex;gap:8px;align-items:center;font-size:12px}.colour-scale canvas{flex:1;min-width:0;height:14px}
.tooltip{position:absolute;z-index:2;max-width:min(440px,70%);background:var(--paper);border:1px solid var(--muted);border-radius:6px;padding:8px;box-shadow:0 3px 14px #0005;pointer-events:none}
.card{margin:0}.card figcaption{display:flex;flex-direction:column;font-size:12px;margin-top:4px;overflow-wrap:anywhere}
.card img,.card .no-photo{max-width:100%;height:auto;max-height:300px;width:auto;display:block;border-radius:3px}
.tooltip .card img{max-width:260px;max-height:190px}.tooltip .pair .card{max-width:200px}.tooltip .pair .card img{max-width:100%}
.file{color:var(--muted)}
.no-photo{background:var(--grid);color:var(--muted);font-size:12px;padding:22px 10px;display:block;text-align:center;border-radius:3px}
.pair{display:flex;gap:10px}.pair>*{flex:1;min-width:0}
.photos{display:grid;grid-template-columns:repeat(auto-fill,minmax(160px,1fr));gap:10px}
.photos.small{grid-template-columns:repeat(auto-fill,minmax(88px,1fr));gap:6px;margin-top:6px}
.photo{position:relative;display:flex;flex-direction:column;align-items:stretch;text-align:left;padding:4px;font-size:12px;overflow-wrap:anywhere;border-width:3px;border-color:var(--grid)}
.photo img{width:100%;height:auto;aspect-ratio:3/2;object-fit:contain;background:var(--grid);border-radius:2px}
.photos.small .photo{font-size:10px;border-width:1px}
.is-right{border-color:var(--right)}.is-wrong{border-color:var(--wrong)}
.verdict{position:absolute;left:6px;top:6px;width:22px;height:22px;border-radius:50%;text-align:center;line-height:22px;color:var(--paper);font-weight:bold}
.is-right .verdict{background:var(--right)}.is-wrong .verdict{background:var(--wrong)}
.right-text{color:var(--right)}.wrong-text{color:var(--wrong)}
.compare{width:min(1400px,96vw);max-height:96vh;border:1px solid var(--muted);border-radius:8px;background:var(--paper);color:var(--ink)}
.compare::backdrop{background:#000a}
.compare header,.compare footer{display:flex;gap:18px;align-items:center;flex-wrap:wrap;margin:4px 0}
.compare header button{margin-left:auto}
.pane{height:min(56vh,44vw);overflow:hidden;background:var(--grid);display:grid;place-items:center;cursor:grab;touch-action:none}
.pane>*{width:100%!important;height:100%!important;max-width:none!important;max-height:none!important;object-fit:contain;will-change:transform}
button[aria-pressed=true]{background:var(--ink);color:var(--paper)}.why{font-size:12px;margin-top:6px}.pane .chart{background:none}
table{border-collapse:collapse}th,td{text-align:left;padding:3px 14px 3px 0;border-bottom:1px solid var(--grid);vertical-align:top;overflow-wrap:anywhere}
th{font-weight:normal;color:var(--muted)}td.number{text-align:right;font-variant-numeric:tabular-nums}
#individuals button{border:0;padding:1px 3px;background:none;text-align:left}
th[aria-sort=ascending] button::after{content:' ▲'}th[aria-sort=descending] button::after{content:' ▼'}
.charts{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,620px),1fr));gap:18px;align-content:start;align-items:start}
.charts figure{margin:0;border:1px solid var(--grid);border-radius:6px}
svg.chart{width:100%;height:auto;display:block;font-family:'DejaVu Sans',Verdana,sans-serif}
@media (min-width:1100px){.numbers{display:grid;grid-template-columns:minmax(0,1fr) minmax(0,1.2fr);gap:0 32px;align-content:start}}
pre{overflow:auto;font-size:12px}
@media (max-width:800px){#page{height:auto}.content{min-height:1200px}.with-side,.with-side.reversed{grid-template-columns:1fr;grid-template-rows:60vh auto;height:auto}}
`

function variables(theme: Theme): string {
  return Object.entries(theme)
    .map(([name, colour]) => `--${name}:${colour}`)
    .join(';')
}
