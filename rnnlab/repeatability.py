"""Make a program give the same numbers each time that it runs."""

import os

import keras
import tensorflow as tf
from threadpoolctl import threadpool_limits

from rnnlab._door import takes


@takes(seed="integer >= 0 and <= 4294967295", threads="count")
def make_repeatable(seed: int, *, threads: int = 1) -> None:
    """Set all that a training's numbers depend on besides its code, data and versions.

    It seeds Python's, NumPy's and TensorFlow's own random generators, lets TensorFlow use no
    operation whose result depends on which thread is first, and fixes the number of threads that
    TensorFlow's operations and NumPy's matrix products run on. Call it once, before anything else
    is done with TensorFlow. Random generators that a program makes itself, as with
    `numpy.random.default_rng`, have seeds of their own.

    Two runs on one machine then end with the same bits. On another processor, with another
    number of threads, or with oneDNN or XLA switched, sums are taken in another order and round
    otherwise, and the difference grows from update to update.

    Args:
        seed: The seed, from 0 to 4294967295.
        threads: The number of threads; small networks are fastest on one.

    Raises:
        TypeError: `seed` or `threads` is no integer.
        ValueError: `seed` is out of its range, or `threads` is not positive.
        RuntimeError: TensorFlow already runs on another number of threads.

    Example:
        >>> make_repeatable(7)
        >>> layer = keras.layers.Dense(3)  # draws the same first weights in each run
    """
    try:
        tf.config.threading.set_intra_op_parallelism_threads(threads)
    except RuntimeError:
        # It already runs. On as many threads as are wanted, there is nothing to be set.
        usable = getattr(os, "sched_getaffinity", lambda _: range(os.cpu_count() or 1))
        running = tf.config.threading.get_intra_op_parallelism_threads() or len(usable(0))
        if running != threads:
            raise RuntimeError(
                f"threads cannot be set to {threads} any more, as TensorFlow already runs on "
                f"{running}: call make_repeatable before anything else is done with TensorFlow, "
                f"or with threads={running}"
            ) from None
    keras.utils.set_random_seed(int(seed))
    tf.config.experimental.enable_op_determinism()
    threadpool_limits(threads, user_api="blas")
