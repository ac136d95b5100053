import { type Command, Option } from 'commander'
import { check } from '../base/index.ts'

/**
 * Lets a command also take options by the names that another command has for the same: `{ galleryImages: 'images' }`. They stand in no help.
 * Where both names are given, one may have been meant for other photos, which is an error with `hint`.
 */
export function addOtherNames(command: Command, names: Readonly<Record<string, string>>, hint: string): Command {
  const given = (attribute: string) => command.getOptionValue(attribute) !== undefined
  for (const [other, name] of Object.entries(names)) {
    const both = `${flagOf(other)} and ${flagOf(name)} are one option of ${command.name()}`
    const asNamed = (value: string) => {
      check(!given(name) || given(other), both, hint)
      const { parseArg } = command.options.find((option) => option.attributeName() === name) ?? {}
      command.setOptionValueWithSource(name, parseArg?.(value, undefined) ?? value, 'cli')
      return value
    }
    command.addOption(new Option(`${flagOf(other)} <value>`).hideHelp().argParser(asNamed))
    command.hook('preAction', () => {
      const { [other]: before, [name]: now }: Record<string, unknown> = command.opts()
      check(before === undefined || before === now, both, hint)
    })
  }
  return command
}

/** `queryImages` as `--query-images`. */
function flagOf(attribute: string): string {
  return `--${attribute.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`
}
