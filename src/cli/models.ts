import { Command } from 'commander'
import { check, formatTable, nearest } from '../base/index.ts'
import type { BackboneSummary } from '../models/index.ts'
import { say } from './say.ts'

const example = `
Examples:
  rosette models
  rosette models convnext_base
  rosette models --json

Weights are named as timm names them, backbone.tag, as in
  rosette train --backbone convnext_base.fb_in22k_ft_in1k_384 …
A backbone without default weights starts from random numbers. Licences are what
the publishers state.`

/** `rosette models`: the backbones that can be trained, and the weights offered for each. */
export function modelsCommand(): Command {
  return new Command('models')
    .summary('list backbones and their pretrained weights')
    .description(
      'List the networks that training can start from, with their size, cost and default weights. ' +
        'With a name, list all pretrained weights of that network.',
    )
    .argument('[backbone]', 'list the weights of this network')
    .option('--json', 'print everything as JSON')
    .addHelpText('after', example)
    .action(modelsAction)
}

async function modelsAction(asked: string | undefined, { json = false }: { readonly json?: boolean }): Promise<void> {
  const { backboneNames, backboneOf, isBackboneName, parseTimmName, summariseBackbone } = await import(
    '../models/index.ts'
  )
  const { backbone: name, tag } = asked === undefined ? {} : parseTimmName(asked)
  if (name !== undefined) {
    const near = nearest(name, backboneNames)
    check(
      isBackboneName(name),
      `models: '${name}' is not known`,
      near === undefined ? '`rosette models` lists them' : `did you mean ${near}?`,
    )
  }
  check(
    tag === undefined || name === undefined || Object.hasOwn(backboneOf(name).pretrained, tag),
    `models: no weights '${tag}' are offered for ${name}`,
    `\`rosette models ${name}\` lists them`,
  )
  const summaries = (name === undefined ? backboneNames : [name]).map(summariseBackbone)
  if (json) say(JSON.stringify(summaries, undefined, 2))
  else say(name === undefined ? overview(summaries) : weightsOf(summaries[0]!))
}

function overview(summaries: readonly BackboneSummary[]): string {
  return formatTable(
    ['backbone', 'million parameters', 'input px', 'embedding', 'GMAC', 'default weights', 'licence'],
    summaries.map(({ name, parameters, inputPx, width, multiplyAdds, weights: [first] }) => [
      name,
      Number((parameters / 1e6).toFixed(1)),
      inputPx,
      width,
      Number((multiplyAdds / 1e9).toFixed(2)),
      first?.tag ?? 'none',
      first?.licence ?? '',
    ]),
  )
}

function weightsOf({ name, weights }: BackboneSummary): string {
  if (weights.length === 0) return `${name}: no pretrained weights`
  const rows = weights.map(({ tag, inputPx, pixels, licence }) => [`${name}.${tag}`, inputPx, pixels, licence])
  return formatTable(['weights', 'input px', 'pixels', 'licence'], rows)
}
