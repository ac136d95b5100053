// Whom does a photo show? node examples/find-a-jaguar.mjs MODEL GALLERY PHOTO
import { openDataset } from 'rosette/data'
import { embedPhotos, openModel } from 'rosette/embedder'
import { identifyPhotos } from 'rosette/identify'

const [model, gallery, path] = process.argv.slice(2)
if (path === undefined) throw new Error('node examples/find-a-jaguar.mjs MODEL GALLERY PHOTO')

const embedder = await openModel(model) // a run folder, or an .onnx file with its model.json
try {
  const known = await embedPhotos(embedder, openDataset(gallery, { requireIdentity: true }))
  const asked = await embedPhotos(embedder, [{ filename: path, path, extra: {} }])
  for (const { candidates } of identifyPhotos(known, asked, 3)) {
    for (const { rank, identity, similarity, photo } of candidates) {
      console.log(`${rank} ${identity} ${similarity.toFixed(4)} ${photo.filename}`)
    }
  }
} finally {
  await embedder.release()
}
