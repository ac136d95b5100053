import { check, readRegularAsync } from '../base/index.ts'

/** The bytes of a photo's file. @throws InputError calling it `name` where it is missing, no regular file, empty or enormous. */
export async function readPhotoFile(path: string, name = path): Promise<Uint8Array> {
  const bytes = await readRegularAsync(path, 'photo', name)
  check(bytes.length > 0, `${name}: the file is empty (0 bytes)`)
  return bytes
}
