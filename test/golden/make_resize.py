"""resize.safetensors: what Pillow makes of a drawn photo; src/images/*.test.ts holds our own resize and decode against it."""
import io
import platform

import numpy as np
import PIL
from PIL import Image

from common import HERE, SEED, safetensors

KERNELS = {'bilinear': Image.BILINEAR, 'bicubic': Image.BICUBIC}
# (width, height): shrink, squash, enlarge, one side kept, one pixel
SIZES = [(20, 20), (17, 30), (63, 20), (61, 11), (12, 43), (1, 1)]


def drawing(width, height):
    """Smooth colours, hard edges to make the bicubic overshoot, and noise."""
    rng = np.random.default_rng(SEED)
    y, x = np.mgrid[0:height, 0:width]
    smooth = np.stack([x * 255 / width, y * 255 / height, 128 + 127 * np.sin(x * y / 90)], -1)
    smooth[(x // 7 + y // 5) % 3 == 0] = [255, 255, 0]
    smooth[(x - 30) ** 2 + (y - 20) ** 2 < 90] = [0, 0, 255]
    return np.clip(smooth + rng.normal(0, 12, smooth.shape), 0, 255).astype(np.uint8)


def letterbox(image, size):
    scale = min(size / image.width, size / image.height)
    inner = image.resize((round(image.width * scale), round(image.height * scale)), Image.BICUBIC)
    canvas = Image.new('RGB', (size, size))
    canvas.paste(inner, ((size - inner.width) // 2, (size - inner.height) // 2))
    return canvas


def center_crop(image, size):
    """torchvision.transforms: Resize(size), CenterCrop(size)."""
    short, long = sorted(image.size)
    width, height = (size, int(size * long / short)) if image.width <= image.height else (int(size * long / short), size)
    resized = image.resize((width, height), Image.BICUBIC)
    left, top = int(round((width - size) / 2.0)), int(round((height - size) / 2.0))
    return resized.crop((left, top, left + size, top + size))


def main():
    source = Image.fromarray(drawing(61, 43))
    arrays = {'source': np.asarray(source)}
    for name, kernel in KERNELS.items():
        for size in SIZES:
            # columns, then rows, as Pillow does it up to 12; from 13 on it begins with the rows where they lose much more
            columns = source.resize((size[0], source.height), kernel)
            arrays[f'{name}/{size[0]}x{size[1]}'] = np.asarray(columns.resize(size, kernel))
    arrays['rows-first/63x20'] = np.asarray(source.resize((63, 20), KERNELS['bicubic']))
    arrays['cropped/20x20'] = np.asarray(source.crop((8, 5, 52, 40)).resize((20, 20), Image.BICUBIC))
    arrays['letterbox/20x20'] = np.asarray(letterbox(source, 20))
    for size in (18, 22):  # an odd number of columns too many: 7 / 2 is rounded up to 4, 9 / 2 down to 4
        arrays[f'center-crop/{size}x{size}'] = np.asarray(center_crop(source, size))
    source = source.crop((0, 0, 32, 24))
    for subsampling in (0, 2):
        file = io.BytesIO()
        source.save(file, 'JPEG', quality=90, subsampling=subsampling)
        arrays[f'jpeg{subsampling}/file'] = np.frombuffer(file.getvalue(), np.uint8)
        arrays[f'jpeg{subsampling}/pixels'] = np.asarray(Image.open(file).convert('RGB'))
    metadata = {
        'made_by': 'test/golden/make_resize.py',
        'seed': str(SEED),
        'versions': f'python {platform.python_version()}, Pillow {PIL.__version__}, numpy {np.__version__}',
    }
    (HERE / 'resize.safetensors').write_bytes(safetensors(arrays, metadata))


if __name__ == '__main__':
    main()
