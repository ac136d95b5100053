// Writes the tables of docs/models.md: the backbones from the code, and how far each family is from timm from
// results/parity-timm.csv. `node scripts/model-tables.mjs` after a build; with --check nothing is written, and exit code 1 says
// that the page is behind.
import { readFileSync } from 'node:fs'
import { backboneNames, summariseBackbone } from '../dist/models/index.js'
import { line, renew, replaced } from './page.mjs'

/** Of which kind each network is, by the small random model that stands for it in the parity file; the first that fits counts. */
const kinds = [
  [/^convnext_zepto_rms/, 'zepto_rms_ols'],
  [/^convnext_(atto|femto|pico)_ols$/, 'atto_ols'],
  [/^convnext_(atto_rms|nano_ols|tiny_hnf|large_mlp)$/, (name) => name.replace('convnext_', '')],
  [/^convnext_(atto|femto|pico|nano)$/, 'atto'],
  [/^convnext_/, 'patch'],
  [/^convnextv2_(atto|femto|pico|nano)$/, 'v2_atto'],
  [/^convnextv2_/, 'v2'],
  [/^eva02_(tiny|small)/, 'eva02-small'],
  [/^eva02_/, 'eva02-large'],
  [/_plus_.*_dinov3/, 'dinov3-plus'],
  [/_dinov3/, 'dinov3'],
  [/^vit_giant/, 'giant'],
  [/_reg4_dinov2$/, 'reg4'],
  [/_dinov2$/, 'dinov2'],
  [/^vit_/, 'class-token'],
]

/** How far a network of its kind is from timm: relative errors of forward and gradients in float32. */
function parityOf(name, rows) {
  const [, kind] = kinds.find(([pattern]) => pattern.test(name))
  const variant = typeof kind === 'string' ? kind : kind(name)
  const row = rows.find((row) => row.variant === variant && row.backend.startsWith('onnxruntime'))
  if (row === undefined) throw new Error(`results/parity-timm.csv: no ${variant}, which stands for ${name}`)
  return row.errors
}

function parityRows() {
  const text = readFileSync(new URL('../results/parity-timm.csv', import.meta.url), 'utf8')
  return text
    .trim()
    .split('\n')
    .slice(1)
    .map((row) => {
      const [, family, variant, backend, ...errors] = /^(.*?),(.*?),"(.*)",(.*),(.*)$/.exec(row)
      return { family, variant, backend, errors: errors.map(Number) }
    })
}

function backboneTable() {
  const parity = parityRows()
  const rows = backboneNames.map((name) => {
    const { parameters, inputPx, width, multiplyAdds, weights } = summariseBackbone(name)
    const [first] = weights
    const known = first === undefined ? ['none', ''] : [`\`${first.tag}\``, first.licence]
    const errors = parityOf(name, parity).map((error) => error.toExponential(1))
    const gmac = (multiplyAdds / 1e9).toFixed(2)
    return [`\`${name}\``, parameters, inputPx, width, gmac, ...errors, ...known, weights.length]
  })
  const counts = ['backbone', 'parameters', 'input px', 'embedding', 'GMAC', 'forward', 'gradients']
  const header = [...counts, 'default weights', 'licence', 'tags']
  return [header, ['---', ...counts.slice(1).map(() => '---:'), '---', '---', '---:'], ...rows].map(line)
}

/** The worst of a family's variants, a row a backend. */
function parityTable() {
  const worst = new Map()
  for (const { family, variant, backend, errors } of parityRows()) {
    const key = `${family}, ${backend}`
    const before = worst.get(key) ?? { family, backend, variants: [], errors: [0, 0] }
    const larger = errors.map((error, i) => Math.max(error, before.errors[i]))
    worst.set(key, { ...before, variants: [...before.variants, variant], errors: larger })
  }
  const rows = [...worst.values()].map(({ family, backend, variants, errors }) => [
    family,
    variants.map((name) => `\`${name}\``).join(', '),
    backend,
    ...errors.map((error) => error.toExponential(1)),
  ])
  const header = ['family', 'random models', 'computed by', 'forward', 'gradients']
  return [header, ['---', '---', '---', '---:', '---:'], ...rows].map(line)
}

renew('models.md', (text) => replaced(replaced(text, 'backbones', backboneTable), 'parity', parityTable))
