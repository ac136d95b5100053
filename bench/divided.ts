import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { rosette } from './command.ts'
import { nyalaTable } from './nyala-table.ts'

/**
 * Writes a table of a data set's photos with a side each, `train` or `test`, and their encounters where these are known; returns the folder of its photos. A folder as
 * nyala's has its sides. Of any other folder, or table of photos, two fifths are asked about the others: encounters stay whole where they are
 * known, else photos that look alike (`rosette split`, seed 0).
 */
export async function dividedTable(data: string, table: string): Promise<string> {
  if (existsSync(join(data, 'train_sightings.csv'))) {
    writeFileSync(table, nyalaTable(data, { fresh: 'test' }))
    return data
  }
  await rosette(['split', '--data', data, '--fraction', '0.4', '--seed', '0', '--out', table])
  writeFileSync(table, readFileSync(table, 'utf8').replaceAll(/,validation$/gm, ',test'))
  return statSync(data).isFile() ? dirname(data) : data
}
