"""UniRepLKNet's own backbone and OpenMMLab's own UPerHead on random weights: python3 make-upernet.py UNIREPLKNET.PY UPER_HEAD.PY PSP_HEAD.PY OUT.

The three files are those of the public repositories (AILab-CVC/UniRepLKNet `unireplknet.py`; open-mmlab/mmsegmentation
`mmseg/models/decode_heads/{uper_head,psp_head}.py` of 0.x). What they import of OpenMMLab and timm stands below in its shortest
form: a ConvModule is a convolution without a bias, batch norm and ReLU; a decode head ends in a 1 x 1 convolution.
"""

import importlib.util
import json
import struct
import sys
import types

import torch
import torch.nn as nn
import torch.nn.functional as F


def module(name, **members):
    made = types.ModuleType(name)
    made.__dict__.update(members)
    made.__path__ = []
    sys.modules[name] = made
    return made


class Registry:
    def register_module(self, *args, **kwargs):
        return lambda cls: cls


class ConvModule(nn.Module):
    def __init__(self, inputs, outputs, kernel, padding=0, conv_cfg=None, norm_cfg=None, act_cfg=None, inplace=True, **kwargs):
        super().__init__()
        self.conv = nn.Conv2d(inputs, outputs, kernel, padding=padding, bias=False)
        self.bn = nn.BatchNorm2d(outputs)

    def forward(self, x):
        return F.relu(self.bn(self.conv(x)))


class BaseDecodeHead(nn.Module):
    def __init__(self, in_channels, channels, num_classes, input_transform=None):
        super().__init__()
        self.in_channels, self.channels = in_channels, channels
        self.conv_cfg = self.norm_cfg = self.act_cfg = None
        self.align_corners = False
        self.conv_seg = nn.Conv2d(channels, num_classes, kernel_size=1)

    def _transform_inputs(self, inputs):
        return inputs

    def cls_seg(self, features):
        return self.conv_seg(features)


def resize(x, size=None, mode="nearest", align_corners=None):
    return F.interpolate(x, size=size, mode=mode, align_corners=align_corners)


class DropPath(nn.Identity):
    def __init__(self, *args, **kwargs):
        super().__init__()


module("timm")
module("timm.models")
module("timm.models.layers", trunc_normal_=nn.init.trunc_normal_, DropPath=DropPath, to_2tuple=lambda x: (x, x))
module("timm.models.registry", register_model=lambda function: function)
module("mmcv")
module("mmcv.cnn", ConvModule=ConvModule)
module("mmcv.runner", _load_checkpoint=None)
module("mmseg")
module("mmseg.ops", resize=resize)
module("mmseg.utils", get_root_logger=lambda: None)
module("mmseg.models")
module("mmseg.models.builder", BACKBONES=Registry(), HEADS=Registry())
module("mmseg.models.decode_heads")
module("mmseg.models.decode_heads.decode_head", BaseDecodeHead=BaseDecodeHead)


def load(path, name):
    spec = importlib.util.spec_from_file_location(name, path)
    loaded = importlib.util.module_from_spec(spec)
    sys.modules[name] = loaded
    spec.loader.exec_module(loaded)
    return loaded


def randomise(net):
    for name, tensor in list(net.named_parameters()) + list(net.named_buffers()):
        if tensor.dtype != torch.float32:
            continue
        if name.endswith("running_var"):
            nn.init.uniform_(tensor, 0.5, 2.0)
        elif tensor.ndim >= 2 and "beta" not in name and ".act.1." not in name:
            nn.init.normal_(tensor, std=(2.0 / tensor[0].numel()) ** 0.5)
        elif name.endswith("weight") or name.endswith("gamma"):
            nn.init.uniform_(tensor, 0.5, 1.5)
        else:
            nn.init.normal_(tensor, std=0.3)


def save(path, tensors):
    header, at = {}, 0
    for name, tensor in tensors.items():
        size = tensor.numel() * 4
        header[name] = {"dtype": "F32", "shape": list(tensor.shape), "data_offsets": [at, at + size]}
        at += size
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text)
        for tensor in tensors.values():
            file.write(tensor.detach().contiguous().numpy().astype("<f4").tobytes())


def main(backbone_file, uper_file, psp_file, out):
    torch.manual_seed(23)
    module("mmseg.models.decode_heads")
    load(psp_file, "mmseg.models.decode_heads.psp_head")
    uper = load(uper_file, "mmseg.models.decode_heads.uper_head")
    lknet = load(backbone_file, "unireplknet_public")
    dims = (8, 16, 24, 32)
    net = nn.Module()
    net.backbone = lknet.UniRepLKNet(
        in_chans=3, num_classes=None, depths=(1, 1, 2, 1), dims=dims, kernel_sizes=((3,), (13,), (7, 3), (5,)),
        init_cfg={"checkpoint": None}, attempt_use_lk_impl=False,
    )
    net.decode_head = uper.UPerHead(in_channels=list(dims), channels=12, num_classes=5)
    randomise(net)
    net.eval()
    x = torch.randn(2, 3, 96, 70)
    maps = net.backbone(x)
    tensors = {f"w/{name}": tensor for name, tensor in net.state_dict().items() if not name.endswith("num_batches_tracked")}
    tensors.update({"x": x, "y_eval": net.decode_head(maps)})
    tensors.update({f"y_map{i}": each for i, each in enumerate(maps)})
    # Above the size of the public fixtures' tolerance the numbers must not depend on single precision.
    exact = net.double()
    y = exact.decode_head(exact.backbone(x.double()))
    print("largest", float(y.abs().max()), "single against double", float((y - tensors["y_eval"]).abs().max()))
    save(out, tensors)


main(*sys.argv[1:])
