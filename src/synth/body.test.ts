import { describe, expect, it } from 'vitest'
import { Rng } from '../base/index.ts'
import { lowestPoint, poseBones, posedPoint, walkingPose } from './body.ts'
import { drawFigure } from './figure.ts'

const camera = { scale: 40, centreX: 60, groundPy: 70, groundY: -0.8, facing: 1, rollRad: 0, yawRad: 0 } as const

describe('the body', () => {
  it('stands as drawn when no joint is turned', () => {
    for (const bone of poseBones({})) expect(posedPoint(bone, 0.3, -0.2)).toEqual([0.3, -0.2])
  })

  it('turns a bone about its joint, and takes along what hangs on it', () => {
    const bones = poseBones({ tail1: Math.PI / 2 })
    const find = (name: string) => bones.find((b) => b.name === name)!
    const near = ([x, y]: [number, number], expected: [number, number]) => {
      expect(x).toBeCloseTo(expected[0], 12)
      expect(y).toBeCloseTo(expected[1], 12)
    }
    const [jx, jy] = find('tail1').from
    near(posedPoint(find('tail1'), jx, jy), [jx, jy])
    near(posedPoint(find('tail1'), jx + 1, jy), [jx, jy + 1])
    near(posedPoint(find('tail4'), jx, jy + 1), [jx - 1, jy])
    near(posedPoint(find('skull'), 1, 0), [1, 0])
  })

  it('keeps its feet within a short step of the ground in any stride', () => {
    for (let n = 0; n < 40; n++) {
      const rng = new Rng(n)
      expect(lowestPoint(poseBones(walkingPose(rng.uniform(0, 6.28), 0.6, rng)))).toBeGreaterThan(-0.95)
    }
  })
})

describe('the figure', () => {
  const near = poseBones({}).filter((b) => b.layer === 1)

  it('shows rest coordinates where nothing is turned, and mirrors with the facing', () => {
    const right = drawFigure(near, camera, 120, 80)
    const left = drawFigure(near, { ...camera, facing: -1 }, 120, 80)
    const at = 40 * 120 + 60 // pixel centre (60.5, 40.5): x = 0.5 / 40, y = 29.5 / 40 − 0.8
    expect(right.restX[at]).toBeCloseTo(0.0125, 1)
    expect(right.restY[at]).toBeCloseTo(-0.0625, 1)
    for (let x = 0; x < 120; x++)
      expect(left.coverage[40 * 120 + 119 - x]).toBeCloseTo(right.coverage[40 * 120 + x]!, 9)
  })

  it('is drawn from the bones near each pixel: those far away, drawn with them, change nothing', () => {
    const turned = { ...camera, rollRad: 0.2, yawRad: 0.3 }
    const bones = poseBones({ tail1: 0.8, neck: -0.3 }).filter((b) => b.layer === 1)
    const far = bones.map((b) => ({ ...b, tx: b.tx + 50 })) // rest coordinates 50 body units away
    expect(drawFigure([...bones, ...far], turned, 120, 80)).toEqual(drawFigure(bones, turned, 120, 80))
    const lone = bones.map((b) => drawFigure([b], turned, 120, 80).coverage)
    const whole = drawFigure(bones, turned, 120, 80).coverage
    const lost = whole.map((a, i) => Math.max(...lone.map((coverage) => coverage[i]!)) - a)
    expect(Math.max(...lost)).toBeLessThan(1e-6)
  })

  it('keeps its coat when a joint turns: the same rest coordinates are seen elsewhere', () => {
    const bent = drawFigure(
      poseBones({ neck: 0.4 }).filter((b) => b.layer === 1),
      camera,
      120,
      80,
    )
    const straight = drawFigure(near, camera, 120, 80)
    const eyeOf = (figure: typeof bent) => {
      let best = 0
      let distance = Number.POSITIVE_INFINITY
      figure.coverage.forEach((a, i) => {
        const d = (figure.restX[i]! - 1.17) ** 2 + (figure.restY[i]! - 0.25) ** 2
        if (a > 0.5 && d < distance) [best, distance] = [i, d]
      })
      expect(distance).toBeLessThan(0.002)
      return [best % 120, Math.floor(best / 120)] as const
    }
    expect(eyeOf(bent)[1]).toBeLessThan(eyeOf(straight)[1] - 5)
  })
})
