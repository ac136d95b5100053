/** COCO's eighty things, in the order of most exports. */
const coco = (
  'person,bicycle,car,motorcycle,airplane,bus,train,truck,boat,traffic light,fire hydrant,stop sign,parking meter,bench,bird,cat,dog,' +
  'horse,sheep,cow,elephant,bear,zebra,giraffe,backpack,umbrella,handbag,tie,suitcase,frisbee,skis,snowboard,sports ball,kite,' +
  'baseball bat,baseball glove,skateboard,surfboard,tennis racket,bottle,wine glass,cup,fork,knife,spoon,bowl,banana,apple,sandwich,' +
  'orange,broccoli,carrot,hot dog,pizza,donut,cake,chair,couch,potted plant,bed,dining table,toilet,tv,laptop,mouse,remote,keyboard,' +
  'cell phone,microwave,oven,toaster,sink,refrigerator,book,clock,vase,scissors,teddy bear,hair drier,toothbrush'
).split(',')

const cocoAnimals = ['bird', 'cat', 'dog', 'horse', 'sheep', 'cow', 'elephant', 'bear', 'zebra', 'giraffe']

const floats = { layout: 'NCHW', dtype: 'float32', channels: 'RGB' } as const
const byte = 1 / 255
const imagenet = { scale: byte, mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] } as const
/** The grey of YOLO's letterboxes. */
const grey = [114, 114, 114] as const

const square = (sidePx: number) => ({ heightPx: sidePx, widthPx: sidePx })

/**
 * What is known of networks that many people have: a description names one as `preset` and says only what is other. Sizes, scaling and
 * activations are those of the programs that usually run them: rembg for the first three, the makers' own for the others.
 */
export const locatorPresets = {
  /** IS-Net, general use (Qin et al., arXiv:2203.03041): the animal in front, as a mask. */
  isnet: {
    input: { ...floats, ...square(1024), scale: 1, mean: [128, 128, 128], std: [256, 256, 256] },
    preprocess: { resize: 'squash' },
    output: { kind: 'segmenter' },
  },
  /** U²-Net (Qin et al., arXiv:2005.09007). */
  u2net: {
    input: { ...floats, ...square(320), ...imagenet },
    preprocess: { resize: 'squash' },
    output: { kind: 'segmenter' },
  },
  /** BiRefNet (Zheng et al., arXiv:2401.03407), whose exports give logits. */
  birefnet: {
    input: { ...floats, ...square(1024), ...imagenet },
    preprocess: { resize: 'squash' },
    output: { kind: 'segmenter', activation: 'sigmoid' },
  },
  /** MegaDetector 5a and 5b, a YOLOv5 of 1280 pixels. */
  'megadetector-v5': {
    input: { ...floats, ...square(1280), scale: byte },
    preprocess: { resize: 'letterbox', bars: grey },
    output: { kind: 'detector', format: 'yolov5', classes: ['animal', 'person', 'vehicle'] },
  },
  /** YOLOv8 and what is written like it (v9, v11), with COCO's classes. */
  yolov8: {
    input: { ...floats, ...square(640), scale: byte },
    preprocess: { resize: 'letterbox', bars: grey },
    output: { kind: 'detector', format: 'yolov8', classes: coco, animals: cocoAnimals, threshold: 0.25 },
  },
  /** RT-DETR (Zhao et al., arXiv:2304.08069) with COCO's classes, logits and boxes as transformers export them. */
  'rt-detr': {
    input: { ...floats, ...square(640), scale: byte },
    preprocess: { resize: 'squash' },
    output: {
      kind: 'detector',
      format: 'detr',
      activation: 'sigmoid',
      unit: 'fractions',
      classes: coco,
      animals: cocoAnimals,
      threshold: 0.4,
      overlap: null,
    },
  },
} as const satisfies Readonly<Record<string, Readonly<Record<string, unknown>>>>
