/**
 * The compiled file of a thread or process, as `worker`, of the file `here` (its `import.meta.url`): it lies beside that in the build. Node 20 runs no
 * TypeScript, so that sources use the build's.
 */
export function programFile(name: string, here: string): URL {
  return new URL(here.endsWith('.ts') ? `../../dist/program/${name}.js` : `./${name}.js`, here)
}
