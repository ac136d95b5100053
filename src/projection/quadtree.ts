/** Points of a cell that are not divided further. */
const leafPoints = 6
/** Coincident points cannot be told apart by dividing. */
const maxDepth = 40

/**
 * The plane's points in squares within squares, in typed arrays that are used again for each layout. Cells stand in depth-first
 * order: the first child of a cell follows it, and `next` is the cell after all of its descendants.
 */
export interface Quadtree {
  /** Builds the tree of points [count, 2]. */
  build(y: Float64Array): void
  /**
   * Repulsion on the points by all others, Σ w²·(yᵢ − yⱼ) into `forces` [count, 2], cells of (side / distance)² < theta² taken as
   * their centre of mass (Barnes and Hut, 1986). Returns Z = Σ w over ordered pairs.
   */
  repulsion(y: Float64Array, thetaSquared: number, forces: Float64Array): number
}

export function quadtree(count: number): Quadtree {
  const order = new Int32Array(count) // points, those of a cell together
  let capacity = 4 * count + 64
  let centre = new Float64Array(2 * capacity)
  let sideSquared = new Float64Array(capacity)
  let begins = new Int32Array(capacity)
  let ends = new Int32Array(capacity)
  let next = new Int32Array(capacity)
  let leaf = new Uint8Array(capacity)
  let cells = 0
  let y: Float64Array = new Float64Array(0)

  function grow(): void {
    capacity *= 2
    centre = enlarged(centre, new Float64Array(2 * capacity))
    sideSquared = enlarged(sideSquared, new Float64Array(capacity))
    begins = enlarged(begins, new Int32Array(capacity))
    ends = enlarged(ends, new Int32Array(capacity))
    next = enlarged(next, new Int32Array(capacity))
    leaf = enlarged(leaf, new Uint8Array(capacity))
  }

  function build(points: Float64Array): void {
    y = points
    let [left, right, bottom, top] = [y[0]!, y[0]!, y[1]!, y[1]!]
    for (let i = 0; i < count; i++) {
      order[i] = i
      left = Math.min(left, y[2 * i]!)
      right = Math.max(right, y[2 * i]!)
      bottom = Math.min(bottom, y[2 * i + 1]!)
      top = Math.max(top, y[2 * i + 1]!)
    }
    cells = 0
    divide(0, count, (left + right) / 2, (bottom + top) / 2, Math.max(right - left, top - bottom) / 2, 0)
  }

  /** Makes the cell of points order[begin … end − 1], a square of `half` side around (middleX, middleY), and its descendants. */
  function divide(begin: number, end: number, middleX: number, middleY: number, half: number, depth: number): void {
    const cell = cells++
    if (cells > capacity) grow()
    let sumX = 0
    let sumY = 0
    for (let n = begin; n < end; n++) {
      sumX += y[2 * order[n]!]!
      sumY += y[2 * order[n]! + 1]!
    }
    centre[2 * cell] = sumX / (end - begin)
    centre[2 * cell + 1] = sumY / (end - begin)
    sideSquared[cell] = 4 * half * half
    begins[cell] = begin
    ends[cell] = end
    const last = end - begin <= leafPoints || depth === maxDepth
    leaf[cell] = last ? 1 : 0
    if (!last) {
      const upper = partition(begin, end, 1, middleY)
      const lowRight = partition(begin, upper, 0, middleX)
      const highRight = partition(upper, end, 0, middleX)
      const quarter = half / 2
      if (lowRight > begin) divide(begin, lowRight, middleX - quarter, middleY - quarter, quarter, depth + 1)
      if (upper > lowRight) divide(lowRight, upper, middleX + quarter, middleY - quarter, quarter, depth + 1)
      if (highRight > upper) divide(upper, highRight, middleX - quarter, middleY + quarter, quarter, depth + 1)
      if (end > highRight) divide(highRight, end, middleX + quarter, middleY + quarter, quarter, depth + 1)
    }
    next[cell] = cells
  }

  /** Puts the points whose coordinate lies below `middle` first; returns where the others begin. */
  function partition(begin: number, end: number, axis: number, middle: number): number {
    let low = begin
    let high = end
    while (low < high) {
      const point = order[low]!
      if (y[2 * point + axis]! < middle) low++
      else {
        high--
        order[low] = order[high]!
        order[high] = point
      }
    }
    return low
  }

  function repulsion(points: Float64Array, thetaSquared: number, forces: Float64Array): number {
    let z = 0
    for (let i = 0; i < count; i++) {
      const xi = points[2 * i]!
      const yi = points[2 * i + 1]!
      let forceX = 0
      let forceY = 0
      for (let cell = 0; cell < cells; ) {
        const dx = xi - centre[2 * cell]!
        const dy = yi - centre[2 * cell + 1]!
        const square = dx * dx + dy * dy
        if (sideSquared[cell]! < thetaSquared * square) {
          const w = 1 / (1 + square)
          const weight = (ends[cell]! - begins[cell]!) * w
          z += weight
          forceX += weight * w * dx
          forceY += weight * w * dy
          cell = next[cell]!
        } else if (leaf[cell] === 1) {
          for (let n = begins[cell]!; n < ends[cell]!; n++) {
            const j = order[n]!
            if (j === i) continue
            const ex = xi - points[2 * j]!
            const ey = yi - points[2 * j + 1]!
            const w = 1 / (1 + ex * ex + ey * ey)
            z += w
            forceX += w * w * ex
            forceY += w * w * ey
          }
          cell = next[cell]!
        } else cell++
      }
      forces[2 * i] = forceX
      forces[2 * i + 1] = forceY
    }
    return z
  }

  return { build, repulsion }
}

function enlarged<A extends Float64Array | Int32Array | Uint8Array>(from: A, to: A): A {
  to.set(from)
  return to
}
