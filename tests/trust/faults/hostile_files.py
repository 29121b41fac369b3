"""Files that somebody has made to do harm."""

from __future__ import annotations

import base64
import io
import json
import os
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import h5py
import keras
import numpy as np

from rnnlab import models
from rnnlab._kept.checkpoint_file import pack, unpack

Members = dict[str, bytes]
#: What stands in another file, and must not be found in a model.
CANARY = 12345.0


def zipped(members: Members, **settings: Any) -> bytes:
    """Return an archive; `settings` are those of `zipfile.ZipFile`."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", **settings) as archive:
        for name, member in members.items():
            archive.writestr(name, member)
    return content.getvalue()


def parts(content: bytes) -> Members:
    """Return the members of an archive."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def _header(shape: tuple[int, ...], descr: str = "<f4") -> bytes:
    header = io.BytesIO()
    claim = {"descr": descr, "fortran_order": False, "shape": shape}
    np.lib.format.write_array_header_1_0(header, claim)
    return header.getvalue()


def checkpoints(whole: bytes) -> Iterator[tuple[str, bytes]]:
    """Files in the place of a checkpoint."""
    pickled = io.BytesIO()
    np.savez(pickled, digest=np.array([os.getcwd], object), notes=np.zeros(1, np.uint8))
    yield "a pickled array", pickled.getvalue()
    members = parts(whole)
    for name, shape in {"10 TB": (2_500_000_000_000,), "-1": (-1,), "2^64": (2**32, 2**32)}.items():
        yield f"an array that claims {name}", zipped(members | {"array_0.npy": _header(shape)})
    yield "a zip bomb", zipped({"notes.npy": bytes(500_000_000)}, compression=zipfile.ZIP_DEFLATED)
    yield "parts that overlap", _overlapping(members)
    yield "parts with names of other folders", zipped({"../../digest.npy": b""} | members)
    text, arrays = unpack(whole)
    notes = json.loads(text)
    for name, change in {
        "a state that is read beyond its end": {"pos": 10**6},
        "a state of 10 GB by its dtype": {"key": {"values": [""], "dtype": "S10000000000"}},
        "a state that is too short": {"key": [1, 2]},
    }.items():
        state = notes["rng"] | {"state": notes["rng"]["state"] | change}
        yield name, pack(json.dumps(notes | {"rng": state}), arrays)
    for name, other in {
        "a history of texts": {"history": notes["history"] | {"losses": ["import os"]}},
        "a history that is a list": {"history": list(notes["history"])},
        "an iteration before the first": {"iteration": -5},
        "an iteration beyond all": {"iteration": 10**4000},
    }.items():
        yield name, pack(json.dumps(notes | other), arrays)
    yield "lists within lists", pack("[" * 100_000, arrays)


def _overlapping(members: Members) -> bytes:
    """Point two entries of an archive's directory at one place."""
    content = bytearray(zipped(members | {"notes.npy": members["notes.npy"] * 3}))
    end = content.rindex(b"PK\x05\x06")
    start = int.from_bytes(content[end + 16 : end + 20], "little")
    first = content.index(b"PK\x01\x02", start)
    second = content.index(b"PK\x01\x02", first + 4)
    content[second + 42 : second + 46] = content[first + 42 : first + 46]
    return bytes(content)


def _described(members: Members, change: Callable[[dict], None]) -> bytes:
    config = json.loads(members["config.json"])
    change(config)
    return zipped(members | {"config.json": json.dumps(config).encode()})


def _layer(name: str, module: str = "keras.layers", **config: Any) -> Callable[[dict], None]:
    """Return a change that puts another layer at the end."""
    layer = {"module": module, "class_name": name, "registered_name": None, "config": config}
    return lambda model: model["config"]["layers"].append(layer)


def _weights(members: Members, change: Callable[[Any], None]) -> bytes:
    content = io.BytesIO(members["model.weights.h5"])
    with h5py.File(content, "r+") as file:
        change(file)
    return zipped(members | {"model.weights.h5": content.getvalue()})


KERNEL = "layers/dense/vars/0"


def saved_models(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Files in the place of a model."""
    path = folder / "plain.keras"
    models.save(models.recurrent_network(3), path)
    members = parts(path.read_bytes())
    secret = folder / "secret.h5"
    with h5py.File(secret, "w") as file:
        file["w"] = np.full((3, 1), CANARY, np.float32)
    raw = folder / "secret.bin"
    raw.write_bytes(np.full(3, CANARY, np.float32).tobytes())

    model = keras.Sequential([keras.Input((2,)), keras.layers.Lambda(lambda x: os.getcwd() and x)])
    model.save(folder / "lambda.keras")
    yield "a Lambda layer", (folder / "lambda.keras").read_bytes()
    code = {"class_name": "__lambda__", "config": {"value": base64.b64encode(b"c").decode()}}
    yield (
        "code as an activation",
        _described(
            members, lambda model: model["config"]["layers"][1]["config"].update(activation=code)
        ),
    )
    yield (
        "a layer that reads a file",
        _described(members, _layer("StringLookup", vocabulary="/etc/passwd")),
    )
    yield (
        "a layer that loads a program",
        _described(members, _layer("TFSMLayer", filepath=str(folder), call_endpoint="serve")),
    )
    yield (
        "a function of another module",
        _described(members, _layer("system", "os", command="true")),
    )
    yield (
        "a module of Keras's tests",
        _described(members, _layer("Dense", "keras.src.saving.saving_lib_test", units=1)),
    )
    yield (
        "10 TB of weights in the description",
        _described(
            members,
            lambda model: model["config"]["layers"][2]["config"].update(units=800_000_000_000),
        ),
    )
    yield (
        "100,000 layers",
        _described(
            members,
            lambda model: model["config"].update(layers=model["config"]["layers"] * 50_000),
        ),
    )
    deep = b'{"config":' * 50_000 + b"1" + b"}" * 50_000
    yield "descriptions within descriptions", zipped(members | {"config.json": deep})

    def replaced(make: Callable[[Any], None]) -> bytes:
        def change(file: Any) -> None:
            del file[KERNEL]
            make(file)

        return _weights(members, change)

    def virtual(file: Any) -> None:
        layout = h5py.VirtualLayout((3, 1), "f4")
        layout[:] = h5py.VirtualSource(secret, "w", (3, 1))
        file.create_virtual_dataset(KERNEL, layout)

    def itself(file: Any) -> None:
        file["layers/dense/more"] = file["layers"]

    claims = {"shape": (2_500_000_000_000, 1), "dtype": "f4"}
    yield (
        "an external link",
        replaced(lambda file: file.update({KERNEL: h5py.ExternalLink(str(secret), "w")})),
    )
    yield (
        "a soft link",
        replaced(
            lambda file: file.update({KERNEL: h5py.SoftLink("/layers/simple_rnn/cell/vars/2")})
        ),
    )
    yield (
        "numbers kept in another file",
        replaced(
            lambda file: file.create_dataset(KERNEL, (3, 1), "f4", external=[(str(raw), 0, 12)])
        ),
    )
    yield "a virtual array", replaced(virtual)
    yield "an array that claims 10 TB", replaced(lambda file: file.create_dataset(KERNEL, **claims))
    yield (
        "a compressed array of 10 TB",
        replaced(
            lambda file: file.create_dataset(
                KERNEL, compression="gzip", chunks=(10**6, 1), **claims
            )
        ),
    )
    yield (
        "an array of texts",
        replaced(
            lambda file: file.create_dataset(KERNEL, data=["text"] * 3, dtype=h5py.string_dtype())
        ),
    )
    yield "a group that holds itself", _weights(members, itself)
    yield (
        "a zip bomb",
        zipped(
            members | {"model.weights.h5": bytes(500_000_000)}, compression=zipfile.ZIP_DEFLATED
        ),
    )
    yield "a part that claims 3 GB", _claiming(members, 3_000_000_000)
    yield "a part of another folder", zipped(members | {"../../escaped": b"here"})
    yield "an asset", zipped(members | {"assets/more.txt": b"here"})


def _claiming(members: Members, size: int) -> bytes:
    """Return an archive whose largest part claims a size that it has not."""
    content = bytearray(zipped(members))
    place = content.rindex(b"model.weights.h5") - 46
    content[place + 24 : place + 28] = size.to_bytes(4, "little")
    return bytes(content)
