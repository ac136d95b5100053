import type { Box } from '../images/index.ts'

/** Four numbers as a table writes them. */
export type Numbers = readonly [number, number, number, number]

/** What the four numbers of a box can be. */
export const boxFormats = {
  xywh: {
    words: 'x, y, width, height',
    /** Left and top, width and height. */
    box: ([x, y, width, height]: Numbers): Box => ({ x, y, width, height }),
  },
  xyxy: {
    words: 'x1, y1, x2, y2 (corners)',
    box: ([x1, y1, x2, y2]: Numbers): Box => ({ x: x1, y: y1, width: x2 - x1, height: y2 - y1 }),
  },
  cxcywh: {
    words: 'center, width, height (as YOLO)',
    box: ([cx, cy, width, height]: Numbers): Box => ({ x: cx - width / 2, y: cy - height / 2, width, height }),
  },
} as const

/** What a box's four numbers mean: left, top, width, height; left, top, right, bottom; or centre, width, height. */
export type BoxFormat = keyof typeof boxFormats
