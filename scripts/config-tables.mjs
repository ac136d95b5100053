// Writes the tables of docs/training.md from the presets: `node scripts/config-tables.mjs` after a build. What a setting means
// is kept as it stands there. With --check nothing is written, and exit code 1 says that the page is behind the code.
import { presets } from '../dist/run/index.js'
import { line, renew, replaced } from './page.mjs'

const values = Object.fromEntries(Object.entries(presets).map(([name, config]) => [name, new Map(leaves(config))]))
const names = Object.keys(presets)

/** Every setting's path with its value as JSON. */
function leaves(value, path = '') {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return [[path, JSON.stringify(value)]]
  return Object.entries(value).flatMap(([key, inner]) => leaves(inner, path === '' ? key : `${path}.${key}`))
}

function presetTable() {
  const differing = [...values.brief.keys()].filter(
    (key) => new Set(names.map((name) => values[name].get(key))).size > 1,
  )
  const rows = differing.map((key) => [
    `\`${key}\``,
    ...names.map((name) => (values[name].has(key) ? `\`${values[name].get(key)}\`` : 'off')),
  ])
  return [['key', ...names], names.concat('').map(() => '---'), ...rows].map(line)
}

/** The table as it stands, its second column filled in, in the order of the code. */
function settingsTable(text) {
  const meanings = new Map(
    [...text.matchAll(/^\| `(\S+)` \|[^|]*\| ?(.*?) ?\|$/gm)].map(([, key, meaning]) => [key, meaning]),
  )
  const unknown = [...meanings.keys()].filter((key) => !values.brief.has(key))
  const missing = [...values.brief.keys()].filter((key) => !meanings.has(key))
  if (unknown.length + missing.length > 0) {
    throw new Error(
      `docs/training.md: no such setting: ${unknown.join(', ') || 'none'}; undescribed: ${missing.join(', ') || 'none'}`,
    )
  }
  const rows = [...values.brief].map(([key, value]) => [`\`${key}\``, `\`${value}\``, meanings.get(key)])
  return [['key', 'default', ''], ['---', '---', '---'], ...rows].map(line)
}

renew('training.md', (text) => replaced(replaced(text, 'presets', presetTable), 'settings', settingsTable))
