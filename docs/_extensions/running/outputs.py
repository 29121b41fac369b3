"""What cells gave, without the noise of the machine; and what no cell may give."""

from __future__ import annotations

import re
from collections.abc import Iterable

from nbformat import NotebookNode

# TensorFlow's C++ side writes notes about the machine to stderr while it is imported, before
# Python can stop it. Information and warnings of that form are noise; errors are not.
CPP_NOISE = re.compile(
    r"WARNING: All log messages before absl::InitializeLog\(\) is called.*"
    r"|[IW]\d{4} [\d:.]+\s+\d+ \S+\.(?:cc|h):\d+\] .*"
    r"|\d{4}-\d\d-\d\d [\d:.]+: [IW] \S+\.(?:cc|h):\d+\] .*"
    r"|To enable the following instructions: .* rebuild TensorFlow with the appropriate .*"
)


def clean(outputs: Iterable[NotebookNode]) -> list[NotebookNode]:
    """Drop the noise, and join what was printed in one go and came in pieces.

    nbclient's own `coalesce_streams` would also join what was printed before and after a figure.
    """
    cleaned: list[NotebookNode] = []
    for output in outputs:
        if _is_stderr(output):
            lines = [line for line in output.text.splitlines() if line.strip()]
            output.text = "\n".join(line for line in lines if not CPP_NOISE.match(line))
            if not output.text:
                continue
        if cleaned and "name" in output and cleaned[-1].get("name") == output.name:
            cleaned[-1].text += output.text
        else:
            cleaned.append(output)
    return cleaned


def fault(outputs: Iterable[NotebookNode]) -> tuple[str, str] | None:
    """Say what is wrong with the outputs of a cell, and give the text of it."""
    for output in outputs:
        data = output.get("data", {})
        if _is_stderr(output):
            return "wrote to stderr", output.text
        if str(data.get("text/plain")).startswith("<Figure size") and not any(
            kind.startswith("image/") for kind in data
        ):
            return "drew a figure of which no image came", ""
    return None


def _is_stderr(output: NotebookNode) -> bool:
    return output.output_type == "stream" and output.name == "stderr"
