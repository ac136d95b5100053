/**
 * How long a submission takes whose photos are matched place by place, made from nothing: `rosette embed`, the same with places of the coat, and `rosette submit`, which
 * then finds these in the cache. What each adds is what its part takes. Appends to results/submission-<processor>-<cores>-cores.csv: seconds by the clock.
 *
 *     node scripts/bench.mjs submission --data kaggle-folder --model resnet50-imagenet.onnx \
 *       --model-config presets/resnet50-imagenet.model.json
 *
 * `data` is a folder in Kaggle's layout, of which test.csv names the pairs.
 */
import { appendFileSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { availableParallelism, loadavg, tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { parseArgs } from 'node:util'
import { check } from '../src/base/index.ts'
import { root, rosette, today } from './command.ts'
import { processorName } from './processor.ts'

const { values } = parseArgs({
  options: {
    data: { type: 'string', default: '' },
    model: { type: 'string', default: '' },
    'model-config': { type: 'string' },
    match: { type: 'string', default: 'fused' },
    threads: { type: 'string', default: String(availableParallelism()) },
  },
})
const { data, model, match, threads } = values
check(data !== '' && model !== '', 'bench submission: expected --data and --model')
const photos = readdirSync(join(data, 'test')).length
const file = join(root, 'results', `submission-${processorName()}-${availableParallelism()}-cores.csv`)
const scratch = mkdtempSync(join(tmpdir(), 'rosette-submission-'))
const config = values['model-config'] === undefined ? [] : ['--model-config', values['model-config']]
const shared = ['--model', model, ...config, '--tta', 'flip', '--threads', threads]
const embeddings = join(scratch, 'embeddings.npy')
const load = loadavg()[0]!.toFixed(1)
try {
  const photosOnly = ['--data', join(data, 'test')]
  const embedding = await seconds(['embed', ...photosOnly, ...shared, '--out', embeddings])
  const both = await seconds([
    'embed',
    ...photosOnly,
    ...shared,
    '--match',
    'local',
    '--overwrite',
    '--out',
    embeddings,
  ])
  const asked = ['submit', '--data', data, ...shared, '--match', match, '--out', join(scratch, 'submission.csv')]
  const known = await seconds(asked) // embeds once more; places of the coat come from the cache
  const [keypoints, matching] = [both - embedding, known - embedding]
  const all = embedding + keypoints + matching
  const row = [
    today(),
    basename(data),
    photos,
    basename(model),
    match,
    threads,
    ...[embedding, keypoints, matching, all].map((s) => s.toFixed(1)),
    load,
  ]
  if (!existsSync(file))
    writeFileSync(file, 'date,data,photos,model,match,threads,embedding_s,keypoints_s,matching_s,all_s,load_before\n')
  appendFileSync(file, `${row.join(',')}\n`)
  console.log(row.join('  '))
} finally {
  rmSync(scratch, { recursive: true })
}

async function seconds(args: readonly string[]): Promise<number> {
  const begun = performance.now()
  await rosette(args, { ROSETTE_CACHE: join(scratch, 'cache') })
  return (performance.now() - begun) / 1000
}
