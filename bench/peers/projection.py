"""t-SNE by scikit-learn, and the judge of two layouts: its own exact divergence and trustworthiness. Prints one JSON line.

    python projection.py --points points.npy --layout ours.npy --perplexity 30 --init pca --seed 0 --method barnes_hut
"""
import argparse
import json
import time

import numpy as np
import sklearn
from sklearn.manifold import TSNE, trustworthiness
from sklearn.manifold._t_sne import _joint_probabilities, _kl_divergence
from sklearn.metrics import pairwise_distances


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('--points', required=True)
    parser.add_argument('--layout', required=True, help='the other layout to judge')
    parser.add_argument('--perplexity', type=float, default=30)
    parser.add_argument('--init', default='pca')
    parser.add_argument('--seed', type=int, default=0)
    parser.add_argument('--method', default='barnes_hut')
    options = parser.parse_args()
    points, other = np.load(options.points), np.load(options.layout)

    begun, before = time.perf_counter(), time.process_time()
    fitted = TSNE(
        perplexity=options.perplexity, init=options.init, random_state=options.seed, method=options.method
    ).fit(points)
    elapsed, processor = time.perf_counter() - begun, time.process_time() - before

    affinities = _joint_probabilities(pairwise_distances(points, squared=True), options.perplexity, 0)

    def divergence(layout):
        count = len(layout)
        return float(_kl_divergence(layout.astype(np.float64).ravel(), affinities, 1, count, 2)[0])

    print(
        json.dumps(
            {
                'version': sklearn.__version__,
                's': elapsed,
                'cpu_s': processor,
                'own_kl': float(fitted.kl_divergence_),
                'kl': divergence(fitted.embedding_),
                'other_kl': divergence(other),
                'trust': float(trustworthiness(points, fitted.embedding_)),
                'other_trust': float(trustworthiness(points, other)),
            }
        )
    )


if __name__ == '__main__':
    main()
