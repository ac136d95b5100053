import { check } from '../base/index.ts'
import { backboneOf, isBackboneName } from '../models/index.ts'
import type { HubRepo } from './hub-name.ts'

/**
 * timm's default weights where an architecture of timm is named without a tag, which is no model of the hub; any other name itself.
 * @throws InputError for an architecture that has none.
 */
export function withDefaultTag(repo: HubRepo): HubRepo {
  const { owner, name } = repo
  if (owner !== 'timm' || !isBackboneName(name)) return repo
  const [tag] = Object.keys(backboneOf(name).pretrained)
  check(tag !== undefined, `${name}: no pretrained weights are offered for this architecture`)
  return { ...repo, name: `${name}.${tag}` }
}
