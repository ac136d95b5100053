import { Command } from 'commander'
import { check, counted, formatBytes, formatTable } from '../base/index.ts'
import type { HubRepo, HubSettings, VerifiedFile } from '../weights/index.ts'
import { FailedCheck } from './exit.ts'
import { megabytes, progress } from './progress.ts'
import { say, tell } from './say.ts'
import { interruptible } from './work.ts'

const example = `
Examples:
  rosette weights pull convnext_small.fb_in1k
  rosette weights list
  rosette weights verify timm/convnext_small.fb_in1k

  pull    downloads weights into the cache, or goes on with a broken download
  list    shows what is in the cache
  verify  checks the files in the cache, or of the models named, for damage

NAME is a model on huggingface.co: a name of timm, or OWNER/NAME. NAME@REVISION
takes another revision than main. A network's name alone, as convnext_small,
means its default weights.

The cache is the one that Python's libraries use: HF_HUB_CACHE, HF_HOME/hub, or
~/.cache/huggingface/hub. The variables HF_ENDPOINT, HF_TOKEN, HF_HUB_OFFLINE,
HTTPS_PROXY and NO_PROXY count.

Exit code 0: all is well. 1: verify found a damaged file. 2: a model could not
be fetched or found.`

interface WeightsFlags {
  readonly offline?: boolean
}

const actions = { pull, list, verify } as const

/** `rosette weights`: pretrained weights fetched, listed, and held against their checksums. */
export function weightsCommand(): Command {
  return new Command('weights')
    .summary('download, list and check pretrained weights')
    .description('Download pretrained weights, list those on this machine, and check them.')
    .argument('<pull|list|verify>', 'what to do')
    .argument('[NAME...]', 'models, as convnext_small.fb_in1k')
    .option('--offline', 'use no network: pull then only says which weights are in the cache')
    .addHelpText('after', example)
    .action(weightsAction)
}

async function weightsAction(action: string, names: readonly string[], { offline }: WeightsFlags): Promise<void> {
  const { hubSettings } = await import('../weights/index.ts')
  const settings = hubSettings(offline === true ? { offline } : {})
  check(isAction(action), `rosette weights: expected ${Object.keys(actions).join(', ')}, got ${action}`)
  await actions[action](names, settings)
}

function isAction(text: string): text is keyof typeof actions {
  return Object.hasOwn(actions, text)
}

async function pull(names: readonly string[], settings: HubSettings): Promise<void> {
  const { pullWeights, showHubName } = await import('../weights/index.ts')
  check(names.length > 0, 'rosette weights pull: expected a NAME, as in convnext_small.fb_in1k')
  for (const repo of await hubRepos(names)) {
    const bar = progress(`downloading ${showHubName(repo)}`, 'MB')
    const path = await interruptible(
      (signal) =>
        pullWeights(repo, settings, {
          signal,
          onProgress: (done, total) => bar.update(megabytes(done), megabytes(total)),
        }),
      'stopped; the next pull goes on from here',
    ).finally(bar.stop)
    say(path)
  }
}

async function list(names: readonly string[], { cache }: HubSettings): Promise<void> {
  const { listCache } = await import('../weights/index.ts')
  const repos = await reposOf(names)
  const files = listCache(cache).filter(({ repo }) => repos === undefined || repos.includes(repo))
  checkPresent(cache, files, repos)
  if (files.length === 0) return say(`${cache}: no models`)
  const rows = files.map(({ repo, commit, bytes, path }) => [
    repo,
    commit.slice(0, 8),
    bytes === undefined ? 'missing' : formatBytes(bytes),
    path,
  ])
  say(formatTable(['model', 'commit', 'size', 'file'], rows))
}

async function verify(names: readonly string[], { cache }: HubSettings): Promise<void> {
  const { verifyCache } = await import('../weights/index.ts')
  const repos = await reposOf(names)
  const bar = progress('hashing', 'files')
  const files = await interruptible(
    (signal) => verifyCache(cache, { repos, signal, onProgress: bar.update }),
    'stopped; nothing was changed',
  ).finally(bar.stop)
  checkPresent(cache, files, repos)
  if (files.length === 0) return say(`${cache}: no models`)
  say(formatTable(['model', 'size', 'state', 'file'], files.map(rowOf)))
  const bad = files.filter(({ state }) => state === 'wrong' || state === 'missing')
  if (bad.length > 0)
    throw new FailedCheck(
      `${bad.length} of ${counted(files.length, 'file is not what it should be: remove it', 'files are not what they should be: remove them')} and pull again`,
    )
}

/** Every model that was asked for has a file. */
function checkPresent(cache: string, files: readonly { readonly repo: string }[], repos: readonly string[] = []): void {
  const absent = repos.filter((repo) => !files.some((file) => file.repo === repo))
  check(absent.length === 0, `${cache}: no ${absent.join(', ')}`)
}

const states = {
  right: 'right',
  wrong: 'WRONG CHECKSUM',
  missing: 'MISSING',
  unknown: 'no checksum known',
} as const satisfies Record<VerifiedFile['state'], string>

function rowOf({ repo, bytes, state, path }: VerifiedFile): string[] {
  return [repo, formatBytes(bytes), states[state], path]
}

/** Without their revisions, since a cache keeps the files of all together; undefined for all models. */
async function reposOf(names: readonly string[]): Promise<string[] | undefined> {
  return names.length === 0 ? undefined : (await hubRepos(names)).map(({ owner, name }) => `${owner}/${name}`)
}

/** The models named; of an architecture alone its default weights, which is told. */
async function hubRepos(names: readonly string[]): Promise<HubRepo[]> {
  const { knownWeights, parseHubName, showHubName, withDefaultTag } = await import('../weights/index.ts')
  const words = (repo: HubRepo) =>
    knownWeights(repo.name)?.shipped === true
      ? `the weights that come with rosette, ${repo.name}`
      : `timm's default weights, ${showHubName(repo)}`
  return names.map((name) => {
    const repo = parseHubName(name)
    const tagged = withDefaultTag(repo)
    if (tagged !== repo) tell(`note: ${name}: ${words(tagged)}`)
    return tagged
  })
}
