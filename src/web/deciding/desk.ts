import type {
  DecidingCandidate,
  DecidingData,
  DecidingGroup,
  DecidingPhoto,
  DecidingQuestion,
} from '../../report/deciding-data.ts'
import type { Decisions, DecisionWord, PairName } from './decisions.ts'

/** A candidate with the individual whose photo it is. */
export interface Choice {
  readonly group: DecidingGroup
  readonly candidate: DecidingCandidate
}

/** How far a question is: open, or what came of it; none where every candidate was looked at and is not the same. */
export type Progress = 'open' | 'same' | 'new' | 'none'

/** Which question and which of its candidates lie on the desk, and what was decided of them; views listen. */
export class Desk {
  readonly data: DecidingData
  readonly decisions: Decisions
  question = 0
  choice = 0
  /** What was done last, in words for those who do not see it. */
  said = ''
  readonly #listeners: (() => void)[] = []

  constructor(data: DecidingData, decisions: Decisions) {
    this.data = data
    this.decisions = decisions
    this.question = Math.max(0, this.#nextOpen(0))
    this.choice = this.#firstOpen()
  }

  onChange(listener: () => void): void {
    this.#listeners.push(listener)
  }

  get asked(): DecidingQuestion | undefined {
    return this.data.questions[this.question]
  }

  /** All photos to compare with, by individual. */
  choicesOf({ groups }: DecidingQuestion): Choice[] {
    return groups.flatMap((group) => group.photos.map((candidate) => ({ group, candidate })))
  }

  get choices(): Choice[] {
    return this.asked === undefined ? [] : this.choicesOf(this.asked)
  }

  get chosen(): Choice | undefined {
    return this.choices[this.choice]
  }

  nameOf(photo: number): string {
    return this.data.photos[photo]!.name
  }

  pairOf({ photo }: DecidingQuestion, { candidate }: Choice): PairName {
    return { photo: this.nameOf(photo), other: this.nameOf(candidate.photo) }
  }

  /** What was decided of a question and a candidate. */
  decisionOf(question: DecidingQuestion, choice: Choice): DecisionWord | undefined {
    return this.decisions.of(this.pairOf(question, choice))
  }

  isNew({ photo }: DecidingQuestion): boolean {
    return this.decisions.of({ photo: this.nameOf(photo), other: '' }) === 'new'
  }

  /** Whether nothing more need be asked of an individual: a photo of it tells it apart, or says that it is the same, or all were looked at. */
  isSettled(question: DecidingQuestion, group: DecidingGroup): boolean {
    const words = group.photos.map((candidate) => this.decisionOf(question, { group, candidate }))
    return words.includes('different') || words.includes('same') || !words.includes(undefined)
  }

  progressOf(question: DecidingQuestion): Progress {
    if (this.isNew(question)) return 'new'
    const words = this.choicesOf(question).map((choice) => this.decisionOf(question, choice))
    if (words.includes('same')) return 'same'
    const isSettled = question.groups.length > 0 && question.groups.every((group) => this.isSettled(question, group))
    return isSettled ? 'none' : 'open'
  }

  /** Of how many candidates something was decided, cannot tell included. */
  lookedAt(question: DecidingQuestion): number {
    return this.choicesOf(question).filter((choice) => this.decisionOf(question, choice) !== undefined).length
  }

  /** Why a decision cannot be written down; undefined where it can. */
  hindrance(word: DecisionWord): string | undefined {
    const { asked, chosen } = this
    if (asked === undefined) return 'there is no photo to decide about'
    const photos = [asked.photo, ...(word === 'new' || chosen === undefined ? [] : [chosen.candidate.photo])]
    const several = photos.find((photo) => this.data.photos[photo]!.animal !== null)
    if (several !== undefined)
      return `${this.nameOf(several)} shows several animals, and decisions name whole files: cut it into a file for each`
    if (word === 'new') return this.data.kind === 'identify' ? undefined : 'no individuals are known here'
    return chosen === undefined ? 'there is nobody to compare it with' : undefined
  }

  /** Decides what lies on the desk, and goes on: to the next open question after same and new, else to the next photo that is open. */
  decide(word: DecisionWord): void {
    const { asked, chosen } = this
    const hindrance = this.hindrance(word)
    if (asked === undefined || hindrance !== undefined) return this.#say(`Not decided: ${hindrance}.`)
    const pair = word === 'new' ? { photo: this.nameOf(asked.photo), other: '' } : this.pairOf(asked, chosen!)
    this.decisions.decide(pair, word)
    const told = word === 'new' ? `${pair.photo}: not in the gallery` : `${pair.photo} and ${pair.other}: ${word}`
    if (word === 'same' || word === 'new') this.#goOn()
    else this.#nextChoice()
    this.#say(`${told}.`)
  }

  /** Takes the last decision back, and goes where it was made. */
  undo(): void {
    const pair = this.decisions.undo()
    if (pair === undefined) return this.#say('There is nothing to undo.')
    this.#goTo(pair)
    this.#say(`Undone: ${pair.photo}${pair.other === '' ? '' : ` and ${pair.other}`}.`)
  }

  /** Takes what holds of a pair back. */
  takeBack(pair: PairName): void {
    this.decisions.decide(pair, null)
    this.#say(`Taken back: ${pair.photo}${pair.other === '' ? '' : ` and ${pair.other}`}.`)
  }

  ask(question: number): void {
    if (question < 0 || question >= this.data.questions.length) return
    this.question = question
    this.choice = this.#firstOpen()
    this.#say('')
  }

  choose(choice: number): void {
    if (choice < 0 || choice >= this.choices.length) return
    this.choice = choice
    this.#say('')
  }

  /** Shows what was decided in another window. */
  refresh(): void {
    this.#say(this.said)
  }

  #say(words: string): void {
    this.said = words
    for (const listener of this.#listeners) listener()
  }

  #goOn(): void {
    const next = this.#nextOpen(this.question + 1)
    if (next === -1) return
    this.question = next
    this.choice = this.#firstOpen()
  }

  /** The next photo that is open, of an individual that is. */
  #nextChoice(): void {
    const next = this.choices.findIndex((one, i) => i > this.choice && this.#isOpen(one))
    if (next !== -1) this.choice = next
    else this.#goOn()
  }

  #isOpen(one: Choice): boolean {
    return this.decisionOf(this.asked!, one) === undefined && !this.isSettled(this.asked!, one.group)
  }

  #goTo({ photo, other }: PairName): void {
    const question = this.data.questions.findIndex(
      (one) =>
        this.nameOf(one.photo) === photo &&
        (other === '' || this.choicesOf(one).some(({ candidate }) => this.nameOf(candidate.photo) === other)),
    )
    if (question === -1) return
    this.question = question
    const choice = this.choices.findIndex(({ candidate }) => this.nameOf(candidate.photo) === other)
    this.choice = Math.max(0, choice)
  }

  #nextOpen(from: number): number {
    return this.data.questions.findIndex((one, i) => i >= from && this.progressOf(one) === 'open')
  }

  #firstOpen(): number {
    const { asked } = this
    if (asked === undefined) return 0
    const same = this.choices.findIndex((one) => this.decisionOf(asked, one) === 'same')
    const open = this.choices.findIndex((one) => this.#isOpen(one))
    return Math.max(0, same === -1 ? open : same)
  }
}

/** A photo's name, and where its file shows several animals which of them it is. */
export function shownName({ name, animal }: DecidingPhoto): string {
  return animal === null ? name : `${name}, animal ${animal[0]} of ${animal[1]}`
}
