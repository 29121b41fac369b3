"""What networks that translate have in common: their files, and what they refuse to read."""

import os
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from safetensors import SafetensorError, safe_open
from safetensors.numpy import load_file

from rnnlab.text import Vocabulary

#: Characters of a string that is translated.
LONGEST = 1000


def read_translator(
    path: str | os.PathLike[str], network: Callable[[Mapping[str, Any]], Callable[..., Any]]
) -> tuple[Any, Vocabulary, Vocabulary]:
    """Read weights and vocabularies from a file, into a network that is chosen by the arrays."""
    try:
        arrays = load_file(path)
        with safe_open(path, "numpy") as file:
            source, target = (Vocabulary(file.metadata()[name]) for name in ("source", "target"))
        units = len(arrays["decoder/lstm_cell/recurrent_kernel"])
        embedding = arrays["source_embedding/embeddings"].shape[1]
        model = network(arrays)(len(source), len(target), units, embedding=embedding)
        model.set_weights([arrays.pop(weight.path) for weight in model.weights])
        if arrays:
            raise ValueError(f"it holds {sorted(arrays)}, too")
    except (SafetensorError, KeyError, ValueError, TypeError) as error:
        raise ValueError(f"{str(path)!r} is no whole translator: {error}") from error
    return model, source, target


def check_translated(model: Any, source: Any, target: Any, texts: Sequence[str]) -> None:
    """Make sure that a network can read texts, whose characters are checked where they are read.

    Raises:
        TypeError: A vocabulary is none.
        ValueError: A vocabulary is not the model's, or a text longer than `LONGEST`.
    """
    check_vocabularies(model, source, target)
    for index, text in enumerate(texts):
        if len(text) > LONGEST:
            raise ValueError(
                f"texts[{index}] must have at most {LONGEST} characters, not {len(text)}"
            )


def check_vocabularies(model: Any, source: Any, target: Any) -> None:
    """Make sure that vocabularies are those of a network.

    Raises:
        TypeError: One is no vocabulary.
        ValueError: The network tells another number of characters apart.
    """
    for name, vocabulary, layer in (
        ("source", source, "source_embedding"),
        ("target", target, "answer_embedding"),
    ):
        if not isinstance(vocabulary, Vocabulary):
            raise TypeError(f"{name} must be a Vocabulary, not {type(vocabulary).__name__}")
        rows = model.get_layer(layer).input_dim
        if rows != len(vocabulary):
            raise ValueError(
                f"{name} must be the model's vocabulary: it tells {rows} characters apart, and "
                f"the vocabulary has {len(vocabulary)}"
            )
