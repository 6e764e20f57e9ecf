"""The fused UniRepLKNet in PyTorch, for `npm run bench -- backbone --torch PYTHON`.

    python3 backbone-torch.py SUBJECT.safetensors THREADS

reads weights and images, and for every line on standard input computes the last feature map. The layouts are those of the
public code: convolutions channels-first, linear maps channels-last.
"""
import json
import struct
import sys
import time

import numpy as np
import torch
import torch.nn.functional as F


def read(path):
    with open(path, "rb") as file:
        (length,) = struct.unpack("<Q", file.read(8))
        header = json.loads(file.read(length))
        data = file.read()
    header.pop("__metadata__", None)
    return {
        name: torch.from_numpy(np.frombuffer(data[slice(*entry["data_offsets"])], "<f4").copy()).reshape(entry["shape"])
        for name, entry in header.items()
    }


def layer_norm(x, w, name):
    x = x.permute(0, 2, 3, 1)
    return F.layer_norm(x, x.shape[-1:], w[name + ".weight"], w[name + ".bias"], 1e-6).permute(0, 3, 1, 2)


def halve(x, w, name):
    return F.conv2d(x, w[name + ".weight"], w[name + ".bias"], stride=2, padding=1)


def block(x, w, name):
    main = name + (".dwconv.lk_origin" if name + ".dwconv.lk_origin.weight" in w else ".dwconv")
    kernel = w[main + ".weight"]
    y = F.conv2d(x, kernel, w[main + ".bias"], padding=kernel.shape[-1] // 2, groups=x.shape[1])
    gate = F.relu(F.conv2d(y.mean((2, 3), keepdim=True), w[name + ".se.down.weight"], w[name + ".se.down.bias"]))
    y = y * torch.sigmoid(F.conv2d(gate, w[name + ".se.up.weight"], w[name + ".se.up.bias"]))
    y = F.gelu(F.linear(y.permute(0, 2, 3, 1), w[name + ".pwconv1.1.weight"], w[name + ".pwconv1.1.bias"]))
    norm = torch.norm(y, p=2, dim=(1, 2), keepdim=True)
    y = (w[name + ".act.1.gamma"] * (norm / (norm.mean(-1, keepdim=True) + 1e-6)) + 1) * y
    y = F.linear(y, w[name + ".pwconv2.0.weight"], w[name + ".pwconv2.0.bias"])
    return x + y.permute(0, 3, 1, 2)


def network(x, w):
    for stage in range(4):
        layer = f"downsample_layers.{stage}"
        if stage == 0:
            x = F.gelu(layer_norm(halve(x, w, layer + ".0"), w, layer + ".1"))
            x = layer_norm(halve(x, w, layer + ".3"), w, layer + ".4")
        else:
            x = layer_norm(halve(x, w, layer + ".0"), w, layer + ".1")
        index = 0
        while f"stages.{stage}.{index}.pwconv1.1.weight" in w:
            x = block(x, w, f"stages.{stage}.{index}")
            index += 1
    return x


def main():
    path, threads = sys.argv[1:]
    torch.set_num_threads(int(threads))
    weights = read(path)
    images = weights.pop("images").permute(0, 3, 1, 2).contiguous()
    print(json.dumps({"version": torch.__version__}), flush=True)
    for _ in sys.stdin:
        with torch.inference_mode():
            start = time.perf_counter()
            y = network(images, weights)
            milliseconds = 1000 * (time.perf_counter() - start)
        answer = {"milliseconds": milliseconds, "shape": list(y.shape), "values": y.flatten().tolist()}
        print(json.dumps(answer), flush=True)


main()
