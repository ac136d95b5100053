"""Shared by the golden makers: seeded float32-exact inputs, float64 mathematics, one safetensors file with its story inside."""
import hashlib
import json
import pathlib
import platform

import numpy as np
import timm
import torch

from stored import safetensors

SEED = 20240229
HERE = pathlib.Path(__file__).parent

torch.set_default_dtype(torch.float64)
torch.set_num_threads(1)  # one order of summation


class Draw:
    """Random inputs: rounded to float32, so that the float32 engine and the float64 oracle start from the same numbers."""

    def __init__(self, name):
        self.rng = np.random.default_rng([SEED, int.from_bytes(hashlib.sha256(name.encode()).digest()[:4], 'little')])

    def normal(self, *shape, scale=1.0, mean=0.0):
        return torch.from_numpy((mean + scale * self.rng.standard_normal(shape)).astype(np.float32).astype(np.float64))

    def leaf(self, *shape, **options):
        return self.normal(*shape, **options).requires_grad_()

    def parameter(self, name, shape):
        """Values that keep activations near 1 and no layer scale near 0, by the parameter's timm name."""
        leaf = name.split('.')[-1]
        if leaf == 'gamma':
            return self.normal(*shape, scale=0.2, mean=0.6)
        if leaf == 'bias':
            return self.normal(*shape, scale=0.2)
        if len(shape) == 1:
            return self.normal(*shape, scale=0.2, mean=1)
        return self.normal(*shape, scale=float(np.prod(shape[1:])) ** -0.5)


def randomise(module, draw):
    with torch.no_grad():
        for name, parameter in module.named_parameters():
            parameter.copy_(draw.parameter(name, tuple(parameter.shape)))
    return module


def write(file, inputs, results, **story):
    """Inputs are stored as float32, exactly; results as float64; integers as they are. What the file means goes in the metadata."""
    arrays = {}
    for name, value in inputs.items():
        value = torch.as_tensor(value).detach().numpy()
        small = value.astype(np.float32) if value.dtype == np.float64 else value
        assert (small.astype(value.dtype) == value).all(), f'{file}: {name} is not exact in float32'
        arrays[name] = np.asarray(small, order='C')
    for name, value in results.items():
        assert name not in arrays, name
        value = torch.as_tensor(value).detach().numpy()
        assert np.isfinite(value).all(), f'{file}: {name} is not finite'
        arrays[name] = np.asarray(value, order='C')
    metadata = {
        'made_by': 'test/golden/make.py',
        'seed': str(SEED),
        'versions': f'python {platform.python_version()}, torch {torch.__version__}, timm {timm.__version__}, numpy {np.__version__}',
        **{k: v if isinstance(v, str) else json.dumps(v) for k, v in story.items()},
    }
    (HERE / file).write_bytes(safetensors(arrays, metadata))
    print(f'{file:40} {(HERE / file).stat().st_size / 1000:7.1f} kB {len(arrays):4} arrays')
