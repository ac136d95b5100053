import { check, InputError, messageOf } from './check.ts'

/**
 * Arrays and objects in each other. What people and programs write nests some ten deep; of a file that nests a hundred thousand deep every
 * later look, a schema's or an error's, would end the stack.
 */
const mostLevels = 200

/** JSON text as a value. @throws InputError calling the text `name` where it is no JSON, or nested too deep. */
export function parseJson(text: string, name: string): unknown {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    throw new InputError(`${name}: not JSON (${messageOf(error)})`)
  }
  checkNesting(text, name)
  return value
}

/** Text that is JSON. @throws InputError calling it `name` where it is nested too deep. */
export function checkNesting(text: string, name: string): void {
  check(levelsOf(text) <= mostLevels, `${name}: JSON nested deeper than ${mostLevels} levels`)
}

function levelsOf(text: string): number {
  let [level, most] = [0, 0]
  for (let i = 0; i < text.length; i++) {
    const letter = text[i]
    if (letter === '"') i = endOfString(text, i)
    else if (letter === '[' || letter === '{') most = Math.max(most, ++level)
    else if (letter === ']' || letter === '}') level--
  }
  return most
}

/** Where the string ends that begins at `begin`: at a quotation mark with an even number of backslashes before it. */
function endOfString(text: string, begin: number): number {
  for (let end = text.indexOf('"', begin + 1); ; end = text.indexOf('"', end + 1)) {
    let before = end
    while (text[before - 1] === '\\') before--
    if ((end - before) % 2 === 0) return end
  }
}
