"""Checks of arguments; they are in `rnnlab._door`."""

from rnnlab._door import as_numbers as as_numbers
from rnnlab._door import check_count as check_count
