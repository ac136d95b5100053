import { isMainThread } from 'node:worker_threads'

/**
 * ONNX Runtime reports to its maker unless this is '1' in the environment of the process when the library is loaded: it looks up
 * a host, keeps a device id and a queue in the cache of the home folder with what stands in the model, and a log in the temporary
 * folder. With it none of these is there. Nor does it then read the process's command line, whose parser overflows a thread's
 * stack at 14 kB.
 */
const variable = 'ORT_DISABLE_TELEMETRY'

/** True in a thread that may load ONNX Runtime. Importing this file in the main thread is what turns telemetry off. */
export const telemetryIsOff: boolean = isMainThread ? turnOff() : ofTheProcess(variable) === '1'

function turnOff(): true {
  process.env[variable] = '1'
  return true
}

/** A worker's `process.env` is a copy, which the library does not see; a report has the real environment. */
function ofTheProcess(name: string): string | undefined {
  const { report } = process
  const before: unknown = Reflect.get(report, 'excludeNetwork')
  Reflect.set(report, 'excludeNetwork', true) // else it looks up the names of open connections
  const { environmentVariables } = report.getReport() as { readonly environmentVariables?: Record<string, string> }
  Reflect.set(report, 'excludeNetwork', before)
  return environmentVariables?.[name]
}
