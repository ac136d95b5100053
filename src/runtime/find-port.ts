import { check, InputError, nearest } from '../base/index.ts'
import type { OnnxPort } from './session.ts'

/** The input or output of this name; the only one where none is named. @throws InputError beginning with `where`. */
export function findPort(ports: readonly OnnxPort[], name: string | undefined, where: string): OnnxPort {
  const names = ports.map((port) => port.name)
  if (name === undefined) {
    check(ports.length === 1, `${where}: missing, and the file has ${ports.length}: ${names.join(', ')}`)
    return ports[0]!
  }
  const found = ports.find((port) => port.name === name)
  if (found !== undefined) return found
  const near = nearest(name, names)
  throw new InputError(
    `${where}: the ONNX file has no '${name}'`,
    near === undefined ? `it has ${names.join(', ')}` : `did you mean ${near}? It has ${names.join(', ')}`,
  )
}
