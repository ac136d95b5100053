"""OpenCV's SIFT with ratio test and RANSAC: every query against every gallery photo. Writes float32 [queries, gallery] of inliers, prints one JSON line.

    python sift.py --job job.json --out inliers.npy

job.json: {"queries": [[photo, mask or null]], "gallery": [[photo, mask or null]], "keypoints": 800, "threads": 1}
"""
import argparse
import json
import time

import cv2
import numpy as np


def features(path, most, mask=None):
    """The strongest keypoints of a photo, in a mask's white where there is one, and their descriptors. OpenCV cuts to the strongest before it
    looks at the mask, so with a mask it is asked for all."""
    sift = cv2.SIFT_create(nfeatures=most if mask is None else 0, enable_precise_upscale=True)
    picture = cv2.imread(path, cv2.IMREAD_GRAYSCALE)
    animal = None if mask is None else cv2.imread(mask, cv2.IMREAD_GRAYSCALE)
    keypoints, descriptors = sift.detectAndCompute(picture, animal)
    if descriptors is None:
        return [], np.zeros((0, 128), np.float32)
    strongest = np.argsort([-k.response for k in keypoints], kind='stable')[:most]
    return [keypoints[i] for i in strongest], descriptors[strongest]


def places(keypoints):
    return np.float32([k.pt for k in keypoints]).reshape(-1, 2)


def inliers(matcher, query, photo):
    """Of a query's matches that pass the ratio test, how many agree on one similarity."""
    (points, descriptors), (others, other_descriptors) = query, photo
    if len(points) == 0 or len(others) < 2:
        return 0
    pairs = matcher.knnMatch(descriptors, other_descriptors, k=2)
    good = [p[0] for p in pairs if len(p) == 2 and p[0].distance < 0.8 * p[1].distance]
    if len(good) < 4:
        return 0
    a, b = points[[m.queryIdx for m in good]], others[[m.trainIdx for m in good]]
    _, mask = cv2.estimateAffinePartial2D(a, b, ransacReprojThreshold=15)
    return 0 if mask is None else int(mask.sum())


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('--job', required=True)
    parser.add_argument('--out', required=True)
    options = parser.parse_args()
    with open(options.job) as file:
        job = json.load(file)
    cv2.setNumThreads(job['threads'])
    cv2.setRNGSeed(0)
    matcher = cv2.BFMatcher(cv2.NORM_L2)

    def found(photos):
        both = (features(path, job['keypoints'], mask) for path, mask in photos)
        return [(places(keypoints), descriptors) for keypoints, descriptors in both]

    cpu = time.process_time()
    queries, gallery = found(job['queries']), found(job['gallery'])
    scores = np.float32([[inliers(matcher, query, photo) for photo in gallery] for query in queries])
    np.save(options.out, scores)
    print(json.dumps({'version': cv2.__version__, 'processor_s': time.process_time() - cpu}))


if __name__ == '__main__':
    main()
