"""OpenCV's SIFT with ratio test and RANSAC: every query against every gallery photo. Writes float32 [queries, gallery] of inliers, prints one JSON line.

    python sift.py --job job.json --out inliers.npy

job.json: {"queries": [paths], "gallery": [paths], "keypoints": 400, "threads": 1}
"""
import argparse
import json
import time

import cv2
import numpy as np


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('--job', required=True)
    parser.add_argument('--out', required=True)
    options = parser.parse_args()
    with open(options.job) as file:
        job = json.load(file)
    cv2.setNumThreads(job['threads'])
    cv2.setRNGSeed(0)
    sift = cv2.SIFT_create(nfeatures=job['keypoints'], enable_precise_upscale=True)
    matcher = cv2.BFMatcher(cv2.NORM_L2)

    def features(path):
        keypoints, descriptors = sift.detectAndCompute(cv2.imread(path, cv2.IMREAD_GRAYSCALE), None)
        return np.float32([k.pt for k in keypoints]), descriptors

    begun, cpu = time.perf_counter(), time.process_time()
    queries, gallery = [features(path) for path in job['queries']], [features(path) for path in job['gallery']]
    found, found_cpu = time.perf_counter() - begun, time.process_time() - cpu

    def inliers(query, photo):
        (points, descriptors), (others, other_descriptors) = query, photo
        if descriptors is None or other_descriptors is None or len(others) < 2:
            return 0
        pairs = matcher.knnMatch(descriptors, other_descriptors, k=2)
        good = [a for a, b in pairs if a.distance < 0.8 * b.distance]
        if len(good) < 4:
            return 0
        a, b = points[[m.queryIdx for m in good]], others[[m.trainIdx for m in good]]
        _, mask = cv2.estimateAffinePartial2D(a, b, ransacReprojThreshold=15)
        return 0 if mask is None else int(mask.sum())

    begun, cpu = time.perf_counter(), time.process_time()
    scores = np.float32([[inliers(query, photo) for photo in gallery] for query in queries])
    np.save(options.out, scores)
    print(
        json.dumps(
            {
                'version': cv2.__version__,
                'extract_s': found,
                'extract_cpu_s': found_cpu,
                'match_s': time.perf_counter() - begun,
                'match_cpu_s': time.process_time() - cpu,
            }
        )
    )


if __name__ == '__main__':
    main()
