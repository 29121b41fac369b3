"""What networks that translate refuse to read."""

from collections.abc import Sequence
from typing import Any

from rnnlab.text import Vocabulary

#: Characters of a string that is translated.
LONGEST = 1000


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
