"""What the reference tools make of small files: python3 oracle.py FOLDER [SEED].

Writes the files and `expected.json` into FOLDER. Pictures by PIL (through torchvision's transforms where it is installed),
sounds by torchaudio's Kaldi filterbank (by the same in numpy where it is not, and it must agree where both are), points by
numpy, frames by OpenCV where it is installed. `tools` in the result says what was used. Of each map the shape, 160 values at
random places, the mean and the largest size of a value are kept.
"""

import json
import struct
import sys
import wave

import numpy as np
from PIL import Image

try:
    from torchvision import transforms
except ImportError:
    transforms = None
try:
    import torch
    import torchaudio
except ImportError:
    torchaudio = None
try:
    import cv2
except ImportError:
    cv2 = None

MEAN = np.array([0.485, 0.456, 0.406])
STD = np.array([0.229, 0.224, 0.225])


def picture(rng, width, height):
    """Smooth colours with an edge and some noise, so that filters differ."""
    y, x = np.mgrid[0:height, 0:width]
    base = [127 + 90 * np.sin(x / 7 + k) * np.cos(y / 5 - k) for k in range(3)]
    image = np.stack(base, axis=-1) + rng.normal(0, 9, (height, width, 3))
    image[height // 3 : height // 2, width // 4 : width // 2] = [250, 10, 128]
    return np.clip(image, 0, 255).astype(np.uint8)


def image_map(image, size):
    if transforms is not None:
        bicubic = transforms.InterpolationMode.BICUBIC
        if size >= 384:
            steps = [transforms.Resize((size, size), interpolation=bicubic)]
        else:
            steps = [transforms.Resize(int(size / (224 / 256)), interpolation=bicubic), transforms.CenterCrop(size)]
        image = transforms.Compose(steps)(image)
    elif size >= 384:
        image = image.resize((size, size), Image.BICUBIC)
    else:
        side = int(size / (224 / 256))
        width, height = image.size
        if width <= height:
            width, height = side, int(side * height / width)
        else:
            width, height = int(side * width / height), side
        image = image.resize((width, height), Image.BICUBIC)
        left, top = int(round((width - size) / 2.0)), int(round((height - size) / 2.0))
        image = image.crop((left, top, left + size, top + size))
    pixels = np.asarray(image, dtype=np.float64) / 255
    return ((pixels - MEAN) / STD).transpose(2, 0, 1)


def numpy_fbank(samples, rate, bins):
    window, hop = int(rate * 0.025), int(rate * 0.01)
    size = 1 << (window - 1).bit_length()
    count = 1 + (len(samples) - window) // hop
    frames = np.stack([samples[i * hop : i * hop + window] for i in range(count)])
    frames = frames - frames.mean(axis=1, keepdims=True)
    before = np.concatenate([frames[:, :1], frames[:, :-1]], axis=1)
    frames = (frames - 0.97 * before) * np.hanning(window)
    power = np.abs(np.fft.rfft(frames, size)) ** 2

    def mel(hertz):
        return 1127 * np.log(1 + np.asarray(hertz) / 700)

    low, high = mel(20.0), mel(rate / 2)
    step = (high - low) / (bins + 1)
    centers = mel(np.arange(size // 2) * rate / size)
    left = (low + np.arange(bins) * step)[:, None]
    rising = (centers[None] - left) / step
    weights = np.maximum(0, np.minimum(rising, 2 - rising))
    return np.log(np.maximum(power[:, : size // 2] @ weights.T, 2.0**-23))


def fbank(samples, rate, bins=128):
    ours = numpy_fbank(samples, rate, bins)
    if torchaudio is None:
        return ours
    theirs = torchaudio.compliance.kaldi.fbank(
        torch.from_numpy(samples)[None],
        htk_compat=True,
        sample_frequency=rate,
        use_energy=False,
        window_type="hanning",
        num_mel_bins=bins,
        dither=0.0,
        frame_shift=10,
    ).numpy()
    # Its triangles are of single precision.
    assert np.abs(theirs - ours).max() < 5e-4, np.abs(theirs - ours).max()
    return theirs


def audio_map(channels, rate, frames=128):
    """Audio/src/dataloader.py: less the mean, cut or padded to 128 frames, less the mean of the set, by twice its spread."""
    spectrum = fbank(channels[0] - channels.mean(), rate)
    whole = np.zeros((frames, 128))
    whole[: min(frames, len(spectrum))] = spectrum[:frames]
    return ((whole + 6.845978) / (2 * 5.5654526))[None]


def point_map(points, size):
    images = []
    for right, down, away in [(0, 1, 2), (1, 2, 0), (2, 0, 1)]:
        flat = points[:, [right, down]]
        low, extent = flat.min(axis=0), np.ptp(flat, axis=0)
        cell = extent.max() / (size - 3)
        at = np.floor((flat - low) / cell).astype(int) + 1
        used = np.floor(extent / cell).astype(int) + 3
        at += (size - used) // 2
        depth = (points[:, away] - points[:, away].min()) / np.ptp(points[:, away])
        image = np.zeros((size, size))
        for dy in (-1, 0, 1):
            for dx in (-1, 0, 1):
                np.maximum.at(image, (at[:, 1] + dy, at[:, 0] + dx), 1 - 0.8 * depth)
        images.append(image)
    return np.stack(images)


def video_map(frames, size, layout):
    maps = []
    for frame in frames:
        height, width = frame.shape[:2]
        if width < height:
            to = (size, int(size * height / width))
        else:
            to = (int(size * width / height), size)
        small = cv2.resize(frame, to, interpolation=cv2.INTER_LINEAR)
        left, top = int(round((to[0] - size) / 2.0)), int(round((to[1] - size) / 2.0))
        crop = small[top : top + size, left : left + size].astype(np.float64) / 255
        maps.append(((crop - MEAN) / STD).transpose(2, 0, 1))
    clip = np.stack(maps, axis=1)  # C T H W, as the reference's loader gives it
    channels, count, height, width = clip.shape
    side = int(count**0.5)
    if layout == "memory":
        return clip.reshape(channels, side * height, side * width)
    tiles = clip.reshape(channels, side, side, height, width)
    return tiles.transpose(0, 1, 3, 2, 4).reshape(channels, side * height, side * width)


def sample(rng, values):
    flat = np.asarray(values, dtype=np.float64).ravel()
    at = rng.integers(0, flat.size, 160)
    return {
        "shape": list(values.shape),
        "at": at.tolist(),
        "values": [float(f"{value:.9g}") for value in flat[at]],
        "mean": float(flat.mean()),
        "largest": float(np.abs(flat).max()),
    }


def write_wav(path, channels, rate):
    whole = np.clip(np.round(channels * 32767), -32768, 32767).astype("<i2")
    with wave.open(path, "wb") as file:
        file.setnchannels(len(whole))
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(whole.T.tobytes())
    return whole / 32768


def write_ply(path, points, binary):
    kind = "binary_big_endian" if binary else "ascii"
    head = f"ply\nformat {kind} 1.0\ncomment made by oracle.py\nelement vertex {len(points)}\n"
    head += "property float x\nproperty float y\nproperty float z\nproperty uchar red\n"
    head += "element face 1\nproperty list uchar int vertex_indices\nend_header\n"
    with open(path, "wb") as file:
        file.write(head.encode())
        for x, y, z in points:
            row = struct.pack(">fffB", x, y, z, 7) if binary else f"{x:.9g} {y:.9g} {z:.9g} 7\n".encode()
            file.write(row)
        file.write(struct.pack(">Biii", 3, 0, 1, 2) if binary else b"3 0 1 2\n")


def main(folder, seed):
    rng = np.random.default_rng(seed)
    expected = {
        "tools": {
            "pictures": "torchvision" if transforms else "PIL",
            "sounds": "torchaudio" if torchaudio else "numpy",
            "frames": "OpenCV" if cv2 else None,
        }
    }

    photo = Image.fromarray(picture(rng, 97, 61))
    photo.save(f"{folder}/photo.png")
    photo.save(f"{folder}/photo.jpg", quality=90)
    Image.fromarray(picture(rng, 40, 83)[:, :, 0]).save(f"{folder}/grey.png")
    photo.quantize(32).save(f"{folder}/palette.png")
    with_alpha = np.dstack([picture(rng, 33, 50), rng.integers(0, 256, (50, 33), dtype=np.uint8)])
    Image.fromarray(with_alpha).save(f"{folder}/alpha.png")
    expected["images"] = [
        {"file": file, "size": size, **sample(rng, image_map(Image.open(f"{folder}/{file}").convert("RGB"), size))}
        for file, size in [
            ("photo.png", 224),
            ("photo.png", 37),
            ("photo.png", 384),
            ("photo.jpg", 224),
            ("grey.png", 64),
            ("palette.png", 48),
            ("alpha.png", 32),
        ]
    ]

    expected["sounds"] = []
    for file, rate, seconds, count in [("word.wav", 16000, 0.6, 1), ("stereo.wav", 8000, 1.5, 2)]:
        t = np.arange(int(rate * seconds)) / rate
        tone = np.sin(2 * np.pi * (300 + 900 * t) * t) * np.exp(-2 * t)
        channels = np.stack([0.5 * tone * (k + 1) / count + rng.normal(0, 0.01, len(t)) for k in range(count)])
        channels[:, : rate // 20] = 0
        read = write_wav(f"{folder}/{file}", channels, rate)
        expected["sounds"].append({"file": file, **sample(rng, audio_map(read, rate))})

    turn = rng.uniform(0, 2 * np.pi, 300)
    cloud = np.stack([np.cos(turn), np.sin(turn) * 0.6, rng.normal(0, 0.3, 300)], axis=1).astype(np.float32)
    write_ply(f"{folder}/ring.ply", cloud, binary=True)
    write_ply(f"{folder}/ring-text.ply", cloud[:40], binary=False)
    lines = "".join(f"{x:.9g} {y:.9g} {z:.9g}\n" for x, y, z in cloud[:40])
    with open(f"{folder}/ring.xyz", "w") as file:
        file.write(lines)
    with open(f"{folder}/ring.off", "w") as file:
        file.write(f"OFF\n40 1 0\n{lines}3 0 1 2\n")
    expected["points"] = [
        {"file": file, "size": size, **sample(rng, point_map(points.astype(np.float64), size))}
        for file, points, size in [
            ("ring.ply", cloud, 224),
            ("ring-text.ply", cloud[:40], 48),
            ("ring.xyz", cloud[:40], 48),
            ("ring.off", cloud[:40], 48),
        ]
    ]

    frames = [picture(rng, 50, 38) for _ in range(4)]
    for i, frame in enumerate(frames):
        Image.fromarray(frame).save(f"{folder}/frame-{i + 1}.png")
    expected["frames"] = [
        {"size": size, "layout": layout, **sample(rng, video_map(frames, size, layout))}
        for size, layout in [(32, "tiles"), (32, "memory"), (45, "tiles")]
        if cv2
    ]
    with open(f"{folder}/expected.json", "w") as file:
        json.dump(expected, file)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 23)
