"""Networks of others as ONNX for rosette (docs/models.md): python to_onnx.py megadescriptor-l-384|miewid-msv3|dinov2-small"""
import sys

import timm
import torch


def megadescriptor():
    return timm.create_model('hf-hub:BVRA/MegaDescriptor-L-384', num_classes=0, pretrained=True), 384


def miewid():
    from transformers import AutoModel  # runs Python that comes with the weights: read it first
    return AutoModel.from_pretrained('conservationxlabs/miewid-msv3', trust_remote_code=True), 440


def dinov2():
    return timm.create_model('vit_small_patch14_dinov2.lvd142m', num_classes=0, pretrained=True), 518


def to_onnx(model, size_px, path):
    """pixels float32 [N, 3, H, W], standardised -> embedding float32 [N, D], any N."""
    ports = {'input_names': ['pixels'], 'output_names': ['embedding']}
    axes = {'pixels': {0: 'N'}, 'embedding': {0: 'N'}}
    pixels = torch.zeros(2, 3, size_px, size_px)
    torch.onnx.export(model.eval(), (pixels,), path, dynamic_axes=axes, dynamo=False, **ports)


if __name__ == '__main__':
    networks = {'megadescriptor-l-384': megadescriptor, 'miewid-msv3': miewid, 'dinov2-small': dinov2}
    to_onnx(*networks[sys.argv[1]](), f'{sys.argv[1]}.onnx')
