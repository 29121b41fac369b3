"""What is noise is dropped from what cells gave, and nothing else."""

from __future__ import annotations

from nbformat import NotebookNode
from nbformat.v4 import new_output

from running.outputs import CPP_NOISE, clean, fault


def test_notes_of_tensorflows_cpp_side_are_noise_and_errors_are_not() -> None:
    noise = [
        "WARNING: All log messages before absl::InitializeLog() is called are written to STDERR",
        "I0000 00:00:1795468449.399391    5710 port.cc:153] oneDNN custom operations are on.",
        "W0000 00:00:1795468449.399391    5710 some_file.cc:1] a warning",
        "2026-11-01 10:00:00.123456: I tensorflow/core/util/port.cc:153] oneDNN is on",
        "To enable the following instructions: AVX2, in other operations, rebuild TensorFlow with "
        "the appropriate compiler flags.",
    ]
    assert all(CPP_NOISE.match(line) for line in noise)
    serious = [
        "E0000 00:00:1795468449.399391    5710 some_file.cc:1] an error",
        "UserWarning: something odd",
    ]
    assert not any(CPP_NOISE.match(line) for line in serious)


def stream(name: str, text: str) -> NotebookNode:
    return new_output("stream", name=name, text=text)


def test_pieces_are_joined_but_not_across_a_figure() -> None:
    figure = new_output("display_data", {"image/svg+xml": "<svg/>"})
    printed = [stream("stdout", "a"), stream("stdout", "b"), figure, stream("stdout", "c")]
    first, second, third = clean(printed)
    assert (first.text, second, third.text) == ("ab", figure, "c")
    assert fault([first, second, third]) is None


def test_noise_goes_and_what_is_left_of_stderr_is_a_fault() -> None:
    note = "I0000 00:00:1795468449.399391    5710 port.cc:153] oneDNN is on\n"
    assert clean([stream("stderr", note)]) == []
    assert fault(clean([stream("stderr", f"{note}odd\n")])) == ("wrote to stderr", "odd")
