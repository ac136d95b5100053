"""OpenCV's SIFT and FLANN: some queries against a gallery, as HotSpotter does it. Prints one JSON line of seconds.

    python flann.py --job job.json

job.json: {"queries": [paths], "gallery": [paths], "keypoints": 400, "neighbours": 4, "shortlist": 25, "threads": 1}

One index of k-d trees holds all descriptors of the gallery. A query's descriptors vote for their nearest (LNBNN), and the photos with the most votes are
matched again by FLANN, with the ratio test, and verified by RANSAC.
"""
import argparse
import json
import statistics
import time

import cv2
import numpy as np

KD_TREES = dict(algorithm=1, trees=4)
SEARCH = dict(checks=128)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('--job', required=True)
    with open(parser.parse_args().job) as file:
        job = json.load(file)
    cv2.setNumThreads(job['threads'])
    cv2.setRNGSeed(0)
    sift = cv2.SIFT_create(nfeatures=job['keypoints'], enable_precise_upscale=True)

    def features(path):
        keypoints, descriptors = sift.detectAndCompute(cv2.imread(path, cv2.IMREAD_GRAYSCALE), None)
        return np.float32([k.pt for k in keypoints])[: job['keypoints']], descriptors[: job['keypoints']]

    timed = {}

    def clocked(name, work):
        wall, processor = time.perf_counter(), time.process_time()
        made = work()
        timed.setdefault(name, []).append((time.perf_counter() - wall, time.process_time() - processor))
        return made

    gallery = clocked('gallery', lambda: [features(path) for path in job['gallery']])
    index = cv2.FlannBasedMatcher(KD_TREES, SEARCH)
    index.add([descriptors for _, descriptors in gallery])
    clocked('index', index.train)

    def votes_of(descriptors):
        votes = np.zeros(len(gallery))
        for found in index.knnMatch(descriptors, k=job['neighbours'] + 1):
            for match in found[:-1]:
                votes[match.imgIdx] += found[-1].distance ** 2 - match.distance ** 2
        return votes

    def inliers(query, photo):
        (points, descriptors), (others, other_descriptors) = query, photo
        pairs = cv2.FlannBasedMatcher(KD_TREES, SEARCH).knnMatch(descriptors, other_descriptors, k=2)
        good = [p[0] for p in pairs if len(p) == 2 and p[0].distance < 0.8 * p[1].distance]
        if len(good) < 4:
            return 0
        a, b = points[[m.queryIdx for m in good]], others[[m.trainIdx for m in good]]
        _, mask = cv2.estimateAffinePartial2D(a, b, ransacReprojThreshold=15)
        return 0 if mask is None else int(mask.sum())

    for path in job['queries']:
        query = clocked('keypoints', lambda path=path: features(path))
        votes = clocked('votes', lambda query=query: votes_of(query[1]))
        best = np.argsort(-votes)[: job['shortlist']]
        clocked('verified', lambda query=query, best=best: [inliers(query, gallery[photo]) for photo in best])
    medians = {name: [statistics.median(column) for column in zip(*rows)] for name, rows in timed.items()}
    print(json.dumps({'version': cv2.__version__, 'seconds': medians}))


if __name__ == '__main__':
    main()
