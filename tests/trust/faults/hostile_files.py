"""Files that somebody has made to do harm, under a checksum that fits."""

from __future__ import annotations

import json
import pickle
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import keras

from rnnlab._kept.tensor_file import pack, sign, unpack

Files = Iterator[tuple[str, bytes]]


def forged(whole: bytes) -> Files:
    """Files whose header lies, in the place of any."""
    length = int.from_bytes(whole[:8], "little")
    header, data = json.loads(whole[8 : 8 + length]), whole[8 + length :]
    end = len(data)

    def file(more: Any, data: bytes = data) -> bytes:
        text = more if isinstance(more, bytes) else json.dumps(header | more, separators=(",", ":"))
        text = text if isinstance(text, bytes) else text.encode()
        return sign(len(text).to_bytes(8, "little") + text + data)

    def array(shape: Any, first: int, last: int, dtype: str = "F32") -> dict[str, Any]:
        return {"more": {"dtype": dtype, "shape": shape, "data_offsets": [first, last]}}

    terabytes = 10 * 10**12
    yield "an array that claims 10 TB", file(array([terabytes // 4], end, end + terabytes))
    yield "an array of 10 TB in no bytes", file(array([terabytes // 4], end, end))
    yield "a shape that is 0 in 64 bits", file(array([2**32, 2**32], end, end))
    yield "a shape of many sides", file(array([1] * 400_000, end, end + 4), data + bytes(4))
    yield "a negative shape", file(array([-1], end, end))
    yield "arrays that overlap", file(array([1], 0, 4))
    yield "an array that ends before it begins", file(array([1], end, 0))
    yield "an array of another kind", file(array([1], end, end + 8, "C64"), data + bytes(8))
    yield "an array of objects", file(array([1], end, end + 8, "object"), data + bytes(8))
    yield "bytes that belong to no array", file({}, data + bytes(8))
    yield "one more array", file(array([1], end, end + 4), data + bytes(4))
    empty = b'"%d":{"dtype":"F32","shape":[0],"data_offsets":[0,0]}'
    yield (
        "a million empty arrays",
        file(b"{" + b",".join(empty % number for number in range(1_000_000)) + b"}", b""),
    )
    signed = json.dumps({"__metadata__": header["__metadata__"]}, separators=(",", ":")).encode()
    yield "a header of lists within lists", file(signed[:-1] + b',"a":' + b"[" * 400_000)
    for claimed in (10**6, 10**8, 2**63, 2**64 - 1):
        length = claimed.to_bytes(8, "little")
        yield f"a header that claims {claimed:,} bytes", sign(length + whole[8:])
    yield "a pickle", pickle.dumps(Path)


def checkpoints(whole: bytes) -> Files:
    """Files in the place of a checkpoint."""
    yield from forged(whole)
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


def _layer(name: str, module: str = "keras.layers", **config: Any) -> dict[str, Any]:
    return {"module": module, "class_name": name, "registered_name": None, "config": config}


def saved_models(whole: bytes) -> Files:
    """Files in the place of a model."""
    yield from forged(whole)
    text, arrays = unpack(whole)

    def ending(*more: dict[str, Any], begin: int = 3) -> bytes:
        """Describe the model with other layers after the first ones."""
        model = json.loads(text)
        layers = model["config"]["layers"]
        layers[begin:] = more
        return pack(json.dumps(model), arrays)

    with_code = keras.layers.Lambda(lambda x: x)
    yield "a Lambda layer", ending(keras.saving.serialize_keras_object(with_code))
    code = {"class_name": "__lambda__", "config": {"value": "Yw=="}}
    yield "code as an activation", ending(_layer("Activation", activation=code))
    yield "a layer that reads a file", ending(_layer("StringLookup", vocabulary="/etc/passwd"))
    yield (
        "a layer that loads a program",
        ending(_layer("TFSMLayer", filepath="/tmp", call_endpoint="serve")),
    )
    yield "a function of another module", ending(_layer("system", "os", command="true"))
    yield (
        "a module of Keras's tests",
        ending(_layer("Dense", "keras.src.saving.saving_lib_test", units=1)),
    )
    huge = 800_000_000_000
    yield "10 TB of weights", ending(_layer("Dense", units=huge), begin=2)
    yield "10 TB of a recurrent layer's", ending(_layer("LSTM", units=1_000_000), begin=1)
    yield "10 TB of words", ending(_layer("Embedding", input_dim=huge, output_dim=4), begin=2)
    shape = [huge, 5, 1]
    first = _layer("InputLayer", batch_shape=shape, dtype="float32", sparse=False)
    remembering = _layer("SimpleRNN", units=3, stateful=True, return_sequences=True)
    yield "10 TB of states", ending(first, remembering, _layer("Dense", units=1), begin=0)
    first = _layer("InputLayer", batch_shape=[None, 10**9, 1], dtype="float32", sparse=False)
    unrolled = _layer("LSTM", units=3, unroll=True)
    yield "a billion steps in one graph", ending(first, unrolled, begin=0)
    yield "100,000 layers", ending(*[_layer("Flatten")] * 100_000)
    deep = '{"config":' * 50_000 + "1" + "}" * 50_000
    yield "descriptions within descriptions", pack(deep, arrays)
    yield "a description of 500 MB", pack(" " * 500_000_000 + text, arrays)
    yield "no description", pack("", arrays)
    yield "an array too few", pack(text, arrays[:-1])
    yield "an array too many", pack(text, [*arrays, arrays[0]])
    yield "arrays of other shapes", pack(text, [array.T[..., None] for array in arrays])
    yield "arrays of other kinds", pack(text, [array.view("i4") for array in arrays])
