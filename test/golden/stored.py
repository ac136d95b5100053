"""A safetensors file from numpy arrays, without torch."""
import json


def safetensors(arrays, metadata):
    """The package's own writer shuffles the metadata from run to run; this one is byte for byte the same. Wide elements first."""
    names = {'float64': 'F64', 'float32': 'F32', 'int64': 'I64', 'uint8': 'U8'}
    arrays = dict(sorted(arrays.items(), key=lambda item: (-item[1].itemsize, item[0])))
    header, offset = {'__metadata__': metadata}, 0
    for name, a in arrays.items():
        header[name] = {'dtype': names[a.dtype.name], 'shape': list(a.shape), 'data_offsets': [offset, offset + a.nbytes]}
        offset += a.nbytes
    text = json.dumps(header, separators=(',', ':')).encode()
    text += b' ' * (-len(text) % 8)
    return len(text).to_bytes(8, 'little') + text + b''.join(a.tobytes() for a in arrays.values())
