"""OpenCV's SIFT on pictures, its descriptors made RootSIFT. Writes float32 [keypoints, 132] beside each picture (a.npy of a.png), prints one JSON line.

    python warped.py --job job.json

job.json: {"pictures": [paths], "keypoints": 800, "threads": 1}

A row is x and y, (0, 0) the outer corner of the first pixel, the scale in pixels, the angle in radians, and 128 numbers.
"""
import argparse
import json
import pathlib

import cv2
import numpy as np

from sift import features


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('--job', required=True)
    with open(parser.parse_args().job) as file:
        job = json.load(file)
    cv2.setNumThreads(job['threads'])
    for path in job['pictures']:
        keypoints, descriptors = features(path, job['keypoints'])
        root = np.sqrt(descriptors / np.maximum(descriptors.sum(axis=1, keepdims=True), 1e-12))
        where = [(k.pt[0] + 0.5, k.pt[1] + 0.5, k.size / 2, np.radians(k.angle)) for k in keypoints]
        rows = np.hstack([np.float32(where).reshape(-1, 4), root])
        np.save(pathlib.Path(path).with_suffix('.npy'), np.ascontiguousarray(rows, np.float32))
    print(json.dumps({'version': cv2.__version__}))


if __name__ == '__main__':
    main()
