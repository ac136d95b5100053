import type { ImageRGBA, Placed } from '../images/index.ts'
import { type DetectorTensors, type InputSize, readBoxes } from './boxes.ts'
import type { DetectorOutput } from './description.ts'
import type { Located, LocatedAnimal, LocatedOther } from './located.ts'
import { onPhoto, widened } from './place.ts'
import { suppress } from './suppress.ts'

/** The photo that was looked at, and how it lay in the network's input. */
export interface Looked {
  readonly image: Pick<ImageRGBA, 'width' | 'height'>
  readonly place: Placed
  readonly input: InputSize
  /** What errors call the output. */
  readonly where: string
}

const people = new Set(['person', 'people', 'human', 'humans'])
const vehicles = new Set(['vehicle', 'vehicles', 'car', 'truck', 'bus', 'motorcycle', 'bicycle'])

/** What a detector's outputs say of a photo. Classes that are neither animals nor people nor vehicles are passed over. */
export function detected(
  tensors: DetectorTensors,
  output: DetectorOutput,
  { image, place, input, where }: Looked,
): Pick<Located, 'animals' | 'others'> {
  const candidates = readBoxes(tensors, output, input, where)
  const kept = output.overlap === null ? candidates : suppress(candidates, output.overlap)
  const animals: LocatedAnimal[] = []
  const others: LocatedOther[] = []
  for (const candidate of kept) {
    const kind = kindOf(output, candidate.category)
    const box = onPhoto(candidate, place, image)
    if (kind === undefined || box === undefined) continue
    const { confidence } = candidate
    if (kind === 'animal')
      animals.push({ box: widened(box, output.margin, image), confidence, class: output.classes[candidate.category] })
    else others.push({ kind, box, confidence })
  }
  const area = ({ box }: LocatedAnimal) => box.width * box.height
  return { animals: animals.sort((a, b) => area(b) - area(a)), others }
}

/** The classes of a detector that are animals. */
export function animalClasses(output: DetectorOutput): string[] {
  return output.classes.filter((_, category) => kindOf(output, category) === 'animal')
}

function kindOf({ classes, animals }: DetectorOutput, category: number): 'animal' | LocatedOther['kind'] | undefined {
  const name = classes[category]
  if (name === undefined) return undefined
  const word = name.toLowerCase()
  if (animals?.includes(name) === true) return 'animal'
  if (people.has(word)) return 'person'
  if (vehicles.has(word)) return 'vehicle'
  return animals === undefined ? 'animal' : undefined
}
