import type { Sighting } from './camtrap-sightings.ts'
import type { CamtrapRecord, CamtrapTable } from './camtrap-tables.ts'
import type { TableReading } from './manifest.ts'

/** The tables of a package, as they were read. */
export interface CamtrapPackage {
  readonly media: CamtrapTable
  readonly observations: CamtrapTable
  /** None where the package has no such table. */
  readonly deployments: CamtrapTable | undefined
}

/** Columns that tie the tables together, and tell an animal from a video, from nothing and from people. */
const tying = ['mediaID', 'deploymentID', 'fileMediatype', 'observationType']

const boxColumns = ['bboxX', 'bboxY', 'bboxWidth', 'bboxHeight']

/**
 * Which columns of a package were taken for what, as its tables write their names, and which columns that say anything are left. `seen`
 * is who is on its photos.
 */
export function camtrapReading(tables: CamtrapPackage, seen: readonly Sighting[]): TableReading {
  const filled = new Map(
    [tables.media, tables.observations, tables.deployments].flatMap((table) => (table ? filledColumns(table) : [])),
  )
  const there = (names: readonly string[]) => names.flatMap((name) => filled.get(name) ?? [])
  const taken = {
    filename: there(['filePath', 'fileName']).join(' or '),
    identity: there(['individualID']).join(''),
    encounter: encounterColumns(seen, there),
    timestamp: there(['timestamp']).join(''),
    camera: there(cameraColumns(tables.deployments?.records ?? [], seen)).join(' or '),
    box: there(boxColumns).join('/'),
  }
  const hasEvents = tables.observations.records.some(({ cells }) => !cells.mediaID)
  const read = ['filePath', 'fileName', 'individualID', 'eventID', 'timestamp', 'locationID', 'locationName']
  const used = new Set([...tying, ...read, ...boxColumns, ...(hasEvents ? ['eventStart', 'eventEnd'] : [])])
  return {
    columns: Object.fromEntries(Object.entries(taken).filter(([, told]) => told !== '')),
    left: [...filled].flatMap(([name, written]) => (used.has(name) ? [] : [written])),
  }
}

/** Present name → the name that the table writes, of columns in which a cell is filled. */
function filledColumns({ records, written }: CamtrapTable): (readonly [string, string])[] {
  return [...written].filter(([name]) => name !== '' && records.some(({ cells }) => cells[name]))
}

/** The event's, and the deployment's day where there is none. */
function encounterColumns(seen: readonly Sighting[], there: (names: readonly string[]) => readonly string[]): string {
  const ofDays = seen.some(({ medium, observation }) => !observation?.cells.eventID && !medium.cells.eventID)
  const days = ofDays ? there(['deploymentID', 'timestamp']) : []
  return [...there(['eventID']), ...(days.length === 2 ? [days.join('/')] : [])].join(' or ')
}

/** What names the places of these photos: the location's number, else its name, else the deployment's. */
function cameraColumns(deployments: readonly CamtrapRecord[], seen: readonly Sighting[]): string[] {
  const columns = ['locationID', 'locationName', 'deploymentID']
  const cellsOf = new Map(deployments.map(({ cells }) => [cells.deploymentID, cells]))
  const used = new Set(
    seen.map(
      ({ medium: { cells } }) => columns.find((name) => cellsOf.get(cells.deploymentID)?.[name]) ?? 'deploymentID',
    ),
  )
  return columns.filter((name) => used.has(name))
}
