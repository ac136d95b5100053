"""One training or embedding step in PyTorch, timed. Prints one JSON line.

    python torch_bench.py --model convnext_small --size 224 --batch 32 --task train --precision fp32 --steps 5 --warmup 2 --threads 2

`--serve` keeps the process, so that a benchmark can alternate peers step by step: it says "built", warms up when told "warm" (torch.compile has
compiled before), says "ready", answers each line "step" with that step's milliseconds, and "quit" (or end of input) with the JSON line.
"""
import argparse
import contextlib
import json
import os
import resource
import statistics
import sys
import time

for n, argument in enumerate(sys.argv):  # a BLAS of its own (Debian's) reads its thread count when it is loaded, with torch
    if argument.split('=')[0] == '--threads':
        threads = argument.split('=')[1] if '=' in argument else sys.argv[n + 1]
        os.environ.update(OPENBLAS_NUM_THREADS=threads, OMP_NUM_THREADS=threads)

import torch

import convnext
import reid

IDENTITIES = 31


def parse():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--model', default='convnext_small', help='of ' + ', '.join(convnext.SIZES) + '; any of timm with --timm')
    parser.add_argument('--timm', action='store_true', help="timm's own model instead of ours, where timm is installed")
    parser.add_argument('--size', type=int, default=224)
    parser.add_argument('--batch', type=int, default=32)
    parser.add_argument('--task', default='train', choices=('train', 'embed'))
    parser.add_argument('--precision', default='fp32', choices=('fp32', 'bf16', 'fp16'), help='below fp32: autocast; fp16 training scales its loss, and wants a card')
    parser.add_argument('--compile', action='store_true', help='torch.compile (inductor): PyTorch 2, and a C++ compiler; warm it up by 3 steps')
    parser.add_argument('--device', default='cpu', choices=('cpu', 'cuda'))
    parser.add_argument('--profile', help='a file for a table of the operators of one step')
    parser.add_argument('--steps', type=int, default=5)
    parser.add_argument('--warmup', type=int, default=2)
    parser.add_argument('--threads', type=int, default=2)
    parser.add_argument('--adamw', default='default', choices=('default', 'fused'), help="fused needs PyTorch 2.4 or later")
    parser.add_argument('--flip', action='store_true', help='embed photo and mirror image, average; a photo still counts once')
    parser.add_argument('--uint8', action='store_true', help='begin with a batch of bytes in memory and end there, as a program on photos does, not with numbers on the card')
    parser.add_argument('--serve', action='store_true')
    return parser.parse_args()


def create(options):
    if not options.timm:
        return convnext.create(options.model)
    import timm_backbone  # timm is wanted here alone

    return timm_backbone.Backbone(options.model, options.size)


def build(options):
    """A function that runs one step and does not return before it is done (eager CPU operators are synchronous; a card is waited for)."""
    torch.manual_seed(0)
    torch.backends.cudnn.benchmark = options.device == 'cuda'  # sizes do not change, and ONNX Runtime searches too
    torch.set_float32_matmul_precision('high')  # TF32 on a card, as ONNX Runtime takes it there
    model = reid.ReId(create(options), IDENTITIES).to(options.device, memory_format=torch.channels_last)
    images = batches(options)
    labels = (torch.arange(options.batch) % IDENTITIES).to(options.device)
    half = {'bf16': torch.bfloat16, 'fp16': torch.float16}.get(options.precision)
    autocast = (lambda: torch.autocast(options.device, dtype=half)) if half else contextlib.nullcontext
    wait = torch.cuda.synchronize if options.device == 'cuda' else lambda: None

    backbone = model.backbone.forward

    def features(images):  # autocast around the backbone alone
        with autocast():
            return backbone(images)

    model.backbone.forward = features

    compiled = torch.compile if options.compile else lambda function: function
    if options.task == 'embed':
        model.eval()
        infer = compiled(model.infer)

        def step():
            with torch.inference_mode():
                embeddings = infer(images(), options.flip)
                if options.uint8:
                    embeddings.cpu()
            wait()

        return step

    model.train()
    adamw = reid.optimiser(model, fused=options.adamw == 'fused')
    parameters = list(model.parameters())
    loss_of = compiled(model)
    if options.precision == 'fp16':
        return scaled_step(lambda: loss_of(images(), labels), parameters, adamw, wait)

    def step():
        adamw.zero_grad(set_to_none=True)
        loss_of(images(), labels).backward()
        torch.nn.utils.clip_grad_norm_(parameters, 1.0)
        adamw.step()
        wait()

    return step


def batches(options):
    """A function that gives a step its images [B, 3, H, W], channels last."""
    size = options.size
    if not options.uint8:
        x = torch.randn(options.batch, 3, size, size).to(options.device, memory_format=torch.channels_last)
        return lambda: x
    photos = torch.randint(0, 256, (options.batch, size, size, 3), dtype=torch.uint8)
    if options.device == 'cuda':
        photos = photos.pin_memory()
    mean, deviation = (torch.tensor(v, device=options.device).view(3, 1, 1) for v in ((0.485, 0.456, 0.406), (0.229, 0.224, 0.225)))

    def upload():
        x = photos.to(options.device, non_blocking=True).permute(0, 3, 1, 2)
        return (x.float() / 255 - mean) / deviation

    return upload


def scaled_step(loss_of, parameters, adamw, wait):
    """A step whose loss is scaled, so that small gradients are none in float16."""
    scaler = torch.amp.GradScaler('cuda')

    def step():
        adamw.zero_grad(set_to_none=True)
        scaler.scale(loss_of()).backward()
        scaler.unscale_(adamw)
        torch.nn.utils.clip_grad_norm_(parameters, 1.0)
        scaler.step(adamw)
        scaler.update()
        wait()

    return step


def profiled(step, path):
    """Where the time of one step goes, operator by operator."""
    cuda = torch.cuda.is_available()
    activities = [torch.profiler.ProfilerActivity.CPU] + ([torch.profiler.ProfilerActivity.CUDA] if cuda else [])
    with torch.profiler.profile(activities=activities) as profile:
        step()
    with open(path, 'w') as file:
        file.write(profile.key_averages().table(sort_by='cuda_time_total' if cuda else 'cpu_time_total', row_limit=80))


def peak_mb(device):
    """Of the card's memory where there is one."""
    return torch.cuda.max_memory_allocated() / 2**20 if device == 'cuda' else peak_rss_mb()


def peak_rss_mb():
    """Linux's ru_maxrss survives exec, so a large parent would be counted as ours; VmHWM is this program's own."""
    try:
        with open('/proc/self/status') as status:
            return next(int(line.split()[1]) for line in status if line.startswith('VmHWM')) / 1024
    except (OSError, StopIteration):
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return peak / (1024 * 1024 if sys.platform == 'darwin' else 1024)


def gemm_gflops():
    """Debian's torch takes whichever libblas.so.3 is there: with the reference one it is 30 times slower and no peer at all."""
    a = torch.randn(1024, 1024)
    return 2 * 1024**3 / min(timed(lambda: a @ a) for _ in range(5)) / 1e6


def warm(step, options):
    for _ in range(options.warmup):
        step()
    if options.profile:
        profiled(step, options.profile)


def alone(step, options):
    warm(step, options)
    return [timed(step) for _ in range(options.steps)]


def served(step, options):
    if options.compile:
        step()
    print('built', flush=True)
    times = []
    for line in sys.stdin:
        if line.strip() == 'quit':
            break
        if line.strip() == 'warm':
            warm(step, options)
            print('ready', flush=True)
        if line.strip() == 'step':
            times.append(timed(step))
            print(f'{times[-1]:.3f}', flush=True)
    return times


def timed(step):
    start = time.perf_counter()
    step()
    return (time.perf_counter() - start) * 1000


def main():
    options = parse()
    torch.set_flush_denormal(True)  # without it small gradients make steps several times slower; first, so that worker threads inherit it
    torch.set_num_threads(options.threads)
    gemm = gemm_gflops() if options.device == 'cpu' else 0
    if options.device == 'cpu' and gemm < 10 * options.threads:
        print(f'torch_bench: matrix product: expected hundreds of GFLOP/s, got {gemm:.0f}: reference BLAS, or a busy machine\n'
              'hint: apt-get install libopenblas0-pthread', file=sys.stderr)
    step = build(options)
    times = served(step, options) if options.serve else alone(step, options)
    print(json.dumps({
        'peer': f'pytorch-{torch.__version__}',
        'torch': torch.__version__,
        'task': options.task,
        'model': options.model,
        'batch': options.batch,
        'size': options.size,
        'timm': options.timm,
        'precision': options.precision,
        'compile': options.compile,
        'device': options.device,
        'threads': torch.get_num_threads(),
        'gemm_gflops': round(gemm),
        'adamw': options.adamw if options.task == 'train' else None,
        'flip': options.flip if options.task == 'embed' else None,
        'images_per_s': round(1000 * options.batch / statistics.median(times), 3) if times else None,
        'step_ms': [round(t, 3) for t in times],
        'peak_rss_mb': round(peak_mb(options.device), 1),
    }), flush=True)


if __name__ == '__main__':
    main()
