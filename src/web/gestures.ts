import type { Layers } from './layers.ts'
import type { Place } from './points.ts'

/** What a pointer did, by mouse, pen or finger. */
export interface GestureListener {
  /** The pointer is over a place, no button pressed; undefined where it has left. */
  hover(place: Place | undefined): void
  /** Clicked or tapped; a finger covers more than a mouse points at. */
  tap(place: Place, finger: boolean): void
  /** Dragged on, from `from` by way of `last` to `place`. A single finger drags only where `fingerDrags` says so. */
  drag(drag: Drag): void
  /** The drag has ended; undefined where it was broken off. */
  drop(drag: Drag | undefined): void
  /** Moved by pixels with two fingers. */
  pan(dx: number, dy: number): void
  /** Nearer by `factor`, the place staying where it is. */
  zoom(factor: number, about: Place): void
  /** Whether one finger drags, and the page below does not scroll. */
  fingerDrags(): boolean
}

/** A movement with a button, or a finger, down. */
export interface Drag {
  readonly from: Place
  readonly last: Place
  readonly place: Place
  /** Shift was held when it began. */
  readonly shift: boolean
}

/** A press that moves less than this, px, is a click. */
const stillPx = 3
const fingerStillPx = 10

/** Turns pointers over `layers` into gestures. One finger scrolls the page, a tap chooses, two fingers zoom and move. */
export function listenToGestures(layers: Layers, listener: GestureListener): void {
  const { target } = layers
  let pressed: { readonly from: Place; last: Place; moved: boolean; readonly shift: boolean } | undefined
  const breakOff = () => {
    if (pressed?.moved) listener.drop(undefined)
    pressed = undefined
  }
  target.addEventListener('pointerdown', (event) => {
    if (!event.isPrimary) return breakOff()
    const place = layers.placeOf(event)
    pressed = { from: place, last: place, moved: false, shift: event.shiftKey }
    if (event.pointerType !== 'touch') target.setPointerCapture(event.pointerId)
  })
  target.addEventListener('pointermove', (event) => {
    const place = layers.placeOf(event)
    const finger = event.pointerType === 'touch'
    if (pressed === undefined) return finger ? undefined : listener.hover(place)
    const still = finger ? fingerStillPx : stillPx
    pressed.moved ||= Math.hypot(place[0] - pressed.from[0], place[1] - pressed.from[1]) > still
    if (!pressed.moved || (finger && !listener.fingerDrags())) return
    const { from, last, shift } = pressed
    pressed.last = place
    listener.drag({ from, last, place, shift })
  })
  target.addEventListener('pointerup', (event) => {
    const place = layers.placeOf(event)
    const ended = pressed
    pressed = undefined
    if (ended === undefined) return
    if (!ended.moved) listener.tap(place, event.pointerType === 'touch')
    else listener.drop({ ...ended, place })
  })
  target.addEventListener('pointercancel', breakOff)
  target.addEventListener('pointerleave', ({ pointerType }) => {
    if (pointerType !== 'touch') listener.hover(undefined) // a finger leaves with every tap
  })
  target.addEventListener('blur', () => listener.hover(undefined))
  target.addEventListener(
    'wheel',
    (event) => {
      event.preventDefault()
      listener.zoom(Math.exp(-event.deltaY / 400), layers.placeOf(event))
    },
    { passive: false },
  )
  listenToPinches(target, (event) => layers.placeOf(event), { ...bound(listener), begin: breakOff })
}

function bound(listener: GestureListener): Pick<PinchListener, 'pan' | 'zoom'> {
  return { pan: (dx, dy) => listener.pan(dx, dy), zoom: (factor, about) => listener.zoom(factor, about) }
}

export interface PinchListener {
  begin(): void
  pan(dx: number, dy: number): void
  zoom(factor: number, about: Place): void
}

/** Two fingers, by touch events: only these can keep the browser from scrolling with them. */
export function listenToPinches(
  target: HTMLElement,
  placeOf: (finger: Touch) => Place,
  { begin, pan, zoom }: PinchListener,
): void {
  let before: { readonly middle: Place; readonly apart: number } | undefined
  const pinchOf = ({ touches }: TouchEvent) => {
    const [a, b] = [...touches].map(placeOf)
    if (a === undefined || b === undefined || touches.length !== 2) return undefined
    const middle: Place = [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2]
    return { middle, apart: Math.max(1, Math.hypot(a[0] - b[0], a[1] - b[1])) }
  }
  const follow = (event: TouchEvent) => {
    const now = pinchOf(event)
    if (now === undefined) {
      before = undefined
      return
    }
    if (event.cancelable) event.preventDefault()
    if (before === undefined) begin()
    else {
      pan(now.middle[0] - before.middle[0], now.middle[1] - before.middle[1])
      zoom(now.apart / before.apart, now.middle)
    }
    before = now
  }
  for (const kind of ['touchstart', 'touchmove', 'touchend', 'touchcancel'] as const) {
    target.addEventListener(kind, follow, { passive: false })
  }
}
