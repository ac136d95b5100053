"""OpenCV's SIFT and FLANN: some queries against a gallery, as HotSpotter does it. Prints one JSON line of seconds, and with --out writes float32
[queries, gallery] of votes.

    python flann.py --job job.json [--out votes.npy]

job.json: {"queries": [[photo, mask or null]], "gallery": [[photo, mask or null]], "keypoints": 800, "neighbours": 4, "shortlist": 25, "threads": 1}

One index of k-d trees holds all descriptors of the gallery. A query's descriptors vote for their nearest (LNBNN), and the photos with the most votes are
matched again by FLANN, with the ratio test, and verified by RANSAC.
"""
import argparse
import json
import statistics
import time

import cv2
import numpy as np

from sift import features, inliers, places

KD_TREES = dict(algorithm=1, trees=4)
SEARCH = dict(checks=128)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('--job', required=True)
    parser.add_argument('--out')
    options = parser.parse_args()
    with open(options.job) as file:
        job = json.load(file)
    cv2.setNumThreads(job['threads'])
    cv2.setRNGSeed(0)
    timed = {}

    def clocked(name, work):
        wall, processor = time.perf_counter(), time.process_time()
        made = work()
        timed.setdefault(name, []).append((time.perf_counter() - wall, time.process_time() - processor))
        return made

    def found(path, mask):
        keypoints, descriptors = features(path, job['keypoints'], mask)
        return places(keypoints), descriptors

    cpu = time.process_time()
    gallery = clocked('gallery', lambda: [found(*photo) for photo in job['gallery']])
    index = cv2.FlannBasedMatcher(KD_TREES, SEARCH)
    index.add([descriptors for _, descriptors in gallery])
    clocked('index', index.train)

    def votes_of(descriptors):
        votes = np.zeros(len(gallery))
        for nearest in index.knnMatch(descriptors, k=job['neighbours'] + 1):
            for match in nearest[:-1]:
                votes[match.imgIdx] += nearest[-1].distance ** 2 - match.distance ** 2
        return votes

    def verified(query, photo):
        return inliers(cv2.FlannBasedMatcher(KD_TREES, SEARCH), query, photo)

    scores = []
    for photo in job['queries']:
        query = clocked('keypoints', lambda: found(*photo))
        scores.append(clocked('votes', lambda: votes_of(query[1])))
        best = np.argsort(-scores[-1])[: job['shortlist']]
        clocked('verified', lambda: [verified(query, gallery[known]) for known in best])
    if options.out is not None:
        np.save(options.out, np.float32(scores))
    medians = {name: [statistics.median(column) for column in zip(*rows)] for name, rows in timed.items()}
    print(json.dumps({'version': cv2.__version__, 'seconds': medians, 'processor_s': time.process_time() - cpu}))


if __name__ == '__main__':
    main()
