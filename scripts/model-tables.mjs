// Writes the tables of docs/models.md: the backbones from the code, and how far each family is from timm from
// results/parity-timm.csv. `node scripts/model-tables.mjs` after a build; with --check nothing is written, and exit code 1 says
// that the page is behind.
import { readFileSync } from 'node:fs'
import { backboneNames, summariseBackbone } from '../dist/models/index.js'
import { line, renew, replaced } from './page.mjs'

function backboneTable() {
  const rows = backboneNames.map((name) => {
    const { parameters, inputPx, width, multiplyAdds, weights } = summariseBackbone(name)
    const [first] = weights
    const known = first === undefined ? ['none', ''] : [`\`${first.tag}\``, first.licence]
    return [`\`${name}\``, parameters, inputPx, width, (multiplyAdds / 1e9).toFixed(2), ...known, weights.length]
  })
  const header = ['backbone', 'parameters', 'input px', 'embedding', 'GMAC', 'default weights', 'licence', 'tags']
  return [header, ['---', '---:', '---:', '---:', '---:', '---', '---', '---:'], ...rows].map(line)
}

/** The worst of a family's variants, a row a backend. */
function parityTable() {
  const csv = readFileSync(new URL('../results/parity-timm.csv', import.meta.url), 'utf8')
    .trim()
    .split('\n')
    .slice(1)
  const worst = new Map()
  for (const row of csv) {
    const [, family, variant, backend, ...errors] = /^(.*?),(.*?),"(.*)",(.*),(.*)$/.exec(row)
    const key = `${family}, ${backend}`
    const before = worst.get(key) ?? { family, backend, variants: [], errors: [0, 0] }
    const larger = errors.map((error, i) => Math.max(Number(error), before.errors[i]))
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
