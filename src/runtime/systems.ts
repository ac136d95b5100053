/** What ONNX Runtime's package has a library for, by Node's names. */
const systems = ['linux x64', 'linux arm64', 'win32 x64', 'win32 arm64', 'darwin arm64']

/** What a user is told where there is none. */
export const systemsHint =
  'it has libraries for Linux and Windows (x64, arm64) and for Macs with Apple silicon; `npm ci` installs them'

/** Why no device can be on this system, the processor neither: Intel Macs are such. Undefined where ONNX Runtime has a library. */
export function withoutLibrary({
  platform,
  arch,
}: {
  readonly platform: string
  readonly arch: string
}): string | undefined {
  const system = `${platform} ${arch}`
  return systems.includes(system) ? undefined : `ONNX Runtime has no library for this system, ${system}`
}
