// node scripts/protocols-csv.mjs METRICS.json "MODEL" OUT.csv: the protocols of `rosette evaluate --protocols all` as rows of results/.
import { readFileSync, writeFileSync } from 'node:fs'

const [metrics, model, out] = process.argv.slice(2)
const { protocols } = JSON.parse(readFileSync(metrics, 'utf8'))
const date = new Date().toISOString().slice(0, 10)
const number = (value) => value.toFixed(4)

const closed = [
  ['each photo against all others', protocols.allPhotos],
  ['each photo against other encounters', protocols.otherEncounters],
  ['queries against a gallery', protocols.queriesAgainstGallery],
].flatMap(([protocol, scores]) =>
  scores === null
    ? []
    : Object.keys(scores.chance).map((score) => [
        protocol,
        score,
        scores.queries,
        scores[score],
        ...scores.intervals.identity.scores[score],
        scores.chance[score],
      ]),
)
const open = ['auroc', 'baks', 'baus', 'geometricMean'].map((score) => {
  const { knownAndNew } = protocols
  const queries = knownAndNew.knownQueries + knownAndNew.newQueries
  return [
    'known and new individuals',
    score,
    queries,
    knownAndNew[score],
    ...knownAndNew.intervals[score],
    knownAndNew.chance[score],
  ]
})
const gap = ['rank1', 'identityBalancedMap'].map((score) => {
  const { queries } = protocols.gap
  const { a, b, difference, interval } = protocols.gap[score]
  return [`gap on the same queries: from ${number(a)} to ${number(b)}`, score, queries, difference, ...interval, 0]
})
const rows = [...closed, ...open, ...gap].map(([protocol, score, queries, ...numbers]) =>
  [date, `"${model}"`, protocol, score, queries, ...numbers.map(number)].join(','),
)
writeFileSync(out, `date,model,protocol,score,queries,value,low,high,by_chance\n${rows.join('\n')}\n`)
