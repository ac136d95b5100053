"""mixed-precision: the trajectory of make_reid.py under PyTorch's autocast in float16 and its GradScaler, on the processor."""
import torch

from common import HERE, write
from make_reid import MEAN, STD, ReId, margin_logits, state
from make_layers import gem
from safetensors.numpy import load_file

STEPS, RATE = 10, 1e-4
SCALER = dict(init_scale=2.0**20, growth_factor=64.0, backoff_factor=1 / 64, growth_interval=3)
ARGUMENTS = dict(depths=(1, 1, 1, 1), dims=(4, 8, 8, 12))


def start():
    model = ReId(ARGUMENTS, 4)
    stored = {k: torch.from_numpy(v) for k, v in load_file(HERE / 'trajectory.safetensors').items()}
    model.load_state_dict({k[len('initial/'):]: v for k, v in stored.items() if k.startswith('initial/')}, strict=False)
    model = model.float().train()
    for module in model.modules():
        if isinstance(module, torch.nn.LayerNorm):  # in float32, as CUDA's autocast has it; the processor's leaves norms to what they get
            module.register_forward_pre_hook(lambda _, given: (given[0].float(),))
    return model, stored


def loss_of(model, x, labels):
    """Autocast ends at the feature map: powers, batch statistics and cosines stay in float32."""
    with torch.autocast('cpu', dtype=torch.float16):
        features = model.backbone.forward_features(x)
    embeddings = model.neck(gem(features.float().permute(0, 2, 3, 1), model.gem_p))
    logits = margin_logits('arcface', embeddings, model.arcface, labels, 0.5, 30.0)
    return torch.nn.functional.cross_entropy(logits, labels)


def main():
    model, stored = start()
    decayed = [p for p in model.parameters() if p.ndim >= 2]
    plain = [p for p in model.parameters() if p.ndim < 2]
    optimiser = torch.optim.AdamW([{'params': decayed, 'weight_decay': 0.05}, {'params': plain, 'weight_decay': 0.0}], lr=RATE)
    scaler = torch.amp.GradScaler('cpu', **SCALER)
    mean, std = (torch.tensor(v, dtype=torch.float32).view(3, 1, 1) for v in (MEAN, STD))
    images = (stored['pixels'].float() / 255 - mean) / std
    losses, scales, norms, skipped = [], [], [], []
    for step in range(STEPS):
        rows = stored['rows'][step]
        optimiser.zero_grad()
        loss = loss_of(model, images[rows], stored['labels'][rows])
        scales.append(scaler.get_scale())
        scaler.scale(loss).backward()
        scaler.unscale_(optimiser)
        norm = torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        scaler.step(optimiser)
        scaler.update()
        skipped.append(float(scaler.get_scale() < scales[-1]))
        norms.append(float(norm) if norm.isfinite() else 0.0)
        losses.append(loss.item())
    print(scales, skipped, losses, norms, sep='\n')
    results = {k: torch.tensor(v) for k, v in dict(losses=losses, scales=scales, norms=norms, skipped=skipped).items()}
    results |= {k: v.double() for k, v in state(model, 'final').items()}
    write('mixed-precision.safetensors', {}, results, scaler={k: v for k, v in SCALER.items()},
          formula='as trajectory, from its initial/*, pixels, labels and rows; the backbone under torch.autocast(cpu, float16) with layer norms in float32, '
                  'GradScaler around AdamW; norms: after unscaling, before clipping, 0 where not finite; skipped: 1 where the scaler skipped the step; '
                  'scales: before each step')


if __name__ == '__main__':
    main()
