import { type Command, Help, type Option } from 'commander'

/**
 * How every command writes its help: required options first and marked, choices and the default told once behind the words of
 * an option, commands by their names alone.
 */
export const helpStyle = {
  visibleOptions(this: Help, command: Command): Option[] {
    const options = Help.prototype.visibleOptions.call(this, command)
    return [...options.filter(({ mandatory }) => mandatory), ...options.filter(({ mandatory }) => !mandatory)]
  },
  optionDescription(option: Option): string {
    const facts = [
      ...(option.mandatory ? ['required'] : []),
      ...(option.argChoices === undefined ? [] : [`one of: ${option.argChoices.join(', ')}`]),
      ...defaultOf(option),
    ]
    return facts.length === 0 ? option.description : `${option.description} (${facts.join('; ')})`
  },
  subcommandTerm: (command: Command): string => command.name(),
}

/** A default may be words alone, `.default(undefined, 'all cores')`, where what runs depends on the model or the machine. */
function defaultOf({ defaultValue, defaultValueDescription }: Option): string[] {
  const words = defaultValueDescription ?? defaultValue
  return words === undefined ? [] : [`default: ${words}`]
}
