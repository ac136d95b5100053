/** Loaded before the command line (`node --import`): it runs on an Intel Mac, which the decoder of photos has a library for, and ONNX Runtime has not. */
import 'sharp'

for (const [key, value] of Object.entries({ platform: 'darwin', arch: 'x64' }))
  Object.defineProperty(process, key, { value })
