import { check } from '../base/index.ts'

/** A model on a hub: owner, name and revision. */
export interface HubRepo {
  readonly owner: string
  readonly name: string
  /** A branch, a tag or a commit. */
  readonly revision: string
}

const part = /^[A-Za-z0-9][\w.-]*$/

/**
 * `owner/name`, or a timm name alone, with `@revision` behind it where it is not `main`.
 * @throws InputError for anything that is no such name.
 */
export function parseHubName(text: string): HubRepo {
  const [path = '', revision = 'main', ...more] = text.split('@')
  const parts = path.split('/')
  const [owner, name] = parts.length === 1 ? ['timm', parts[0]!] : (parts as [string, string])
  const valid =
    parts.length <= 2 &&
    more.length === 0 &&
    [owner, name, ...revision.split('/')].every((piece) => part.test(piece) && !piece.includes('..'))
  check(valid, `'${text}': expected a name such as convnext_small.fb_in1k or timm/convnext_small.fb_in1k`)
  return { owner, name, revision }
}

/** As it is told: without `@main`. */
export function showHubName({ owner, name, revision }: HubRepo): string {
  return `${owner}/${name}${revision === 'main' ? '' : `@${revision}`}`
}

/** Where a file of it is on the hub. */
export function fileUrl({ owner, name, revision }: HubRepo, file: string, endpoint: URL): URL {
  const path = [owner, name, 'resolve', revision, ...file.split('/')].map(encodeURIComponent).join('/')
  return new URL(`${endpoint.href.replace(/\/+$/, '')}/${path}`)
}
