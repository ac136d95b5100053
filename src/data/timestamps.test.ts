import { describe, expect, it } from 'vitest'
import { readTimes } from './timestamps.ts'

const at = (text: string) => Date.parse(text)

describe('readTimes', () => {
  it.each([
    ['2024-05-01 10:33:05', '2024-05-01T10:33:05Z'],
    ['2024:05:01 10:33:05', '2024-05-01T10:33:05Z'],
    ['2024/5/1 9:03', '2024-05-01T09:03:00Z'],
    ['2024-05-01T10:33:05.250Z', '2024-05-01T10:33:05.250Z'],
    ['2024-05-01T10:33:05-04:00', '2024-05-01T14:33:05Z'],
    ['2024-05-01T10:33:05+0530', '2024-05-01T05:03:05Z'],
    ['31/12/2024 11:30 PM', '2024-12-31T23:30:00Z'],
    ['12/31/2024 12:05 am', '2024-12-31T00:05:00Z'],
    ['31.12.2024, 23:30', '2024-12-31T23:30:00Z'],
    ['20241231_233005', '2024-12-31T23:30:05Z'],
    ['20241231', '2024-12-31T00:00:00Z'],
    ['5/5/2024', '2024-05-05T00:00:00Z'],
    ['01-May-2024 10:05:00', '2024-05-01T10:05:00Z'],
    ['3 ago. 2024', '2024-08-03T00:00:00Z'],
    ['Déc 31, 2024 11:30 PM', '2024-12-31T23:30:00Z'],
    ['4 März 2024', '2024-03-04T00:00:00Z'],
  ])('reads %s', (text, expected) => {
    const { instants, problem } = readTimes([text, undefined])
    expect(problem).toBeUndefined()
    expect(instants).toEqual([at(expected), undefined])
  })

  it('lets a date that can be read one way only decide for the column, and says so', () => {
    const { instants, notes, daysOnly } = readTimes(['03/04/2024', '25/04/2024'])
    expect(instants).toEqual([at('2024-04-03'), at('2024-04-25')])
    expect(notes).toEqual(["dates as '03/04/2024' are read with the day first"])
    expect(daysOnly).toBe(true)
  })

  it.each([
    [['03/04/2024', '05/06/2024'], "'03/04/2024' may have the day or the month first, and no other date decides"],
    [['25/04/2024', '04/25/2024'], 'some dates have the day first and others the month'],
    [['2024-05-01 10:00', '2024-05-01T10:00:00Z'], '1 of 2 times have a time zone and the others none'],
  ])('guesses nothing of %j', (texts, expected) => {
    const { instants, problem } = readTimes(texts)
    expect(problem).toContain(expected)
    expect(instants).toEqual(texts.map(() => undefined))
  })

  it('names what cannot be read: no time, no such day', () => {
    const { instants, unread } = readTimes(['2024-05-01', 'dawn', '2024-02-30', '2024-05-01 25:00'])
    expect(instants.map((instant) => instant !== undefined)).toEqual([true, false, false, false])
    expect(unread).toEqual([1, 2, 3])
    expect(readTimes(['3/4/2024', undefined, 'dawn']).unread).toEqual([2])
  })
})
