"""sift.safetensors: the keypoints and descriptors of OpenCV's SIFT on a drawn picture; src/local/root-sift.test.ts holds ours against them.

    python test/golden/make_sift.py    (opencv-python-headless and numpy; not called by make.py)
"""
import pathlib

import cv2
import numpy as np

from stored import safetensors

SEED = 20240229


def coat(width, height):
    """Dark rosettes and spots of several sizes on a ground that is lighter on one side, with some noise."""
    rng = np.random.default_rng(SEED)
    y, x = np.mgrid[0:height, 0:width].astype(np.float64)
    picture = 120 + 60 * x / width
    for _ in range(45):
        cx, cy, r = rng.uniform(0, width), rng.uniform(0, height), rng.uniform(2, 9)
        a, turn = rng.uniform(0.6, 1), rng.uniform(0, np.pi)
        u = ((x - cx) * np.cos(turn) + (y - cy) * np.sin(turn)) / r
        v = ((y - cy) * np.cos(turn) - (x - cx) * np.sin(turn)) / (a * r)
        d = np.hypot(u, v)
        ring = rng.random() < 0.4
        picture -= 90 * np.exp(-(((d - 0.8) / 0.35) ** 2)) if ring else 90 / (1 + np.exp(8 * (d - 0.8)))
    return np.clip(picture + rng.normal(0, 2, picture.shape), 0, 255).astype(np.uint8)


def main():
    picture = coat(160, 120)
    # The flag places the doubled picture's pixels where they belong; without it keypoints are a quarter of a pixel off.
    found, descriptors = cv2.SIFT_create(enable_precise_upscale=True).detectAndCompute(picture, None)
    order = np.argsort([-k.response for k in found], kind='stable')
    keypoints = [[k.pt[0] + 0.5, k.pt[1] + 0.5, k.size / 2, np.deg2rad(k.angle)] for k in found]
    arrays = {
        'picture': picture,
        'keypoints': np.array(keypoints, np.float32)[order],
        'descriptors': descriptors.astype(np.uint8)[order],
    }
    metadata = {
        'made_by': 'test/golden/make_sift.py',
        'seed': str(SEED),
        'versions': f'opencv {cv2.__version__}, numpy {np.__version__}',
        'keypoints': 'x, y from the outer corner of the first pixel, sigma, angle in radians; the strongest first',
        'descriptors': 'SIFT, 512 times the unit vector, not yet root-normalised',
    }
    file = pathlib.Path(__file__).parent / 'sift.safetensors'
    file.write_bytes(safetensors(arrays, metadata))
    print(f'{file.name}: {len(found)} keypoints, {file.stat().st_size / 1000:.1f} kB')


if __name__ == '__main__':
    main()
