"""How many threads NumPy's matrix products run on."""

from contextlib import AbstractContextManager
from typing import Any

from threadpoolctl import threadpool_limits


def one_thread() -> AbstractContextManager[Any]:
    """Return a context in which matrix products run on one thread.

    Products of some fifty by a hundred numbers are too small to share out: alone on a machine of
    two processors, a training step of the lab's network took 0.93 ms with one thread and with
    two. With another program at work beside it, the two threads kept waiting for each other, and
    it took 3.5 to 4.9 ms.

    Returns:
        A context to be entered once; on leaving it, the number of threads is what it was. It does
        not reach TensorFlow's threads.

    Example:
        >>> with one_thread():
        ...     product = np.ones((50, 100)) @ np.ones((100, 100))
    """
    limits: AbstractContextManager[Any] = threadpool_limits(1, user_api="blas")
    return limits
