"""Files of torch.save in both of its formats, and what they hold as safetensors."""
import argparse
import os
from collections import OrderedDict

import torch

from common import HERE, Draw, write


def state(draw):
    """Every storage type that is read, views of one storage, a transposed and a strided one, scalars and empty tensors."""
    shared = draw.normal(4, 6).float()
    return OrderedDict([
        ('f32', draw.normal(2, 3).float()),
        ('f64', draw.normal(3)),
        ('f16', draw.normal(5).half()),
        ('bf16', draw.normal(2, 2).bfloat16()),
        ('i64', torch.tensor([-1, 2**40])),
        ('i32', torch.tensor([[-7], [8]], dtype=torch.int32)),
        ('u8', torch.tensor([0, 255], dtype=torch.uint8)),
        ('bool', torch.tensor([True, False])),
        ('scalar', torch.tensor(2.5, dtype=torch.float32)),
        ('empty', torch.zeros(0, 3, dtype=torch.float32)),
        ('parameter', torch.nn.Parameter(draw.normal(2).float())),
        ('shared.whole', shared),
        ('shared.rows', shared[1:3]),
        ('shared.columns', shared[:, ::2]),
        ('shared.transposed', shared.T),
        ('half.transposed', draw.normal(2, 3).half().T),
        ('channels.last', draw.normal(2, 3, 2, 2).float().contiguous(memory_format=torch.channels_last)),
    ])


def numbers(tensor):
    tensor = tensor.detach()
    if tensor.dtype.is_floating_point:
        return tensor.double()
    return tensor.to(torch.uint8 if tensor.dtype == torch.bool else torch.int64)


class Command:
    """A pickle that runs a command where it is loaded as pickles usually are."""

    def __reduce__(self):
        return os.system, ('echo executed',)


def main():
    tensors = state(Draw('torch-saved'))
    zipped, legacy = {}, {'_use_new_zipfile_serialization': False}
    module = torch.nn.Sequential(torch.nn.Linear(2, 3), torch.nn.BatchNorm1d(3)).float()  # its state_dict has _metadata
    with torch.no_grad():
        for i, value in enumerate(v for v in module.state_dict().values() if v.dtype.is_floating_point):
            value.copy_(Draw(f'torch-module-{i}').normal(*value.shape))
    parallel = {f'module.{name}': value for name, value in module.state_dict().items()}
    checkpoint = {'epoch': 3, 'state_dict': parallel, 'best': 0.5, 'lr': [0.1, (None, True)]}
    for kind, options in (('zip', zipped), ('legacy', legacy)):
        torch.save(tensors, HERE / f'torch-{kind}.pth', **options)
        torch.save({'model': module.state_dict(), 'big': 2**70}, HERE / f'torch-module-{kind}.pth', pickle_protocol=4, **options)
        torch.save({'weight': tensors['f32'], 'note': Command()}, HERE / f'torch-malicious-{kind}.pth', **options)
    torch.save(checkpoint, HERE / 'torch-parallel.pth')
    torch.save({'args': argparse.Namespace(lr=0.1), 'model': module.state_dict()}, HERE / 'torch-namespace.pth')
    exact = {'f64': tensors.pop('f64')}
    write('torch-saved.safetensors', {}, {name: numbers(t) for name, t in (tensors | exact | {f'module/{n}': v for n, v in module.state_dict().items()}).items()},
          formula='what torch-zip.pth and torch-legacy.pth hold, floats as float64, bool as uint8, integers as int64; module/*: torch-module-*.pth and torch-parallel.pth')
