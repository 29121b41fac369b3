"""Where the pen goes next as a density: a mixture of Gaussians in the plane, out of a network."""

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import tensorflow as tf

from rnnlab._door import Array, takes, takes_tensors

#: Correlations stay below this, so that no Gaussian collapses into a line.
LARGEST_CORRELATION = 0.95
#: Logarithms of standard deviations stay within this of zero.
LARGEST_LOG = 8.0


class Mixture(NamedTuple):
    """A density of the next point, or several.

    Args:
        pen: The probability that the pen is lifted after the point, ``[...]``.
        weight: The probability of each Gaussian, ``[..., mixtures]``.
        mean: Their means, ``[..., mixtures, 2]``.
        deviation: Their standard deviations along x and y, ``[..., mixtures, 2]``.
        correlation: Their correlations, ``[..., mixtures]``.

    Example:
        >>> mixture(np.zeros((5, 7))).mean.shape
        (5, 1, 2)
    """

    pen: Array
    weight: Array
    mean: Array
    deviation: Array
    correlation: Array


@takes(outputs="[...]", neatness="number >= 0")
def mixture(outputs: npt.ArrayLike, neatness: float = 0.0) -> Mixture:
    r"""Return the densities that a network's outputs stand for.

    A row holds :math:`\hat e`, and then for :math:`M` Gaussians each of
    :math:`\hat\pi, \mu_x, \mu_y, \hat\sigma_x, \hat\sigma_y, \hat\rho`. With the neatness
    :math:`b`,

    .. math::
        e &= \frac{1}{1 + \exp(-\hat e)}, &
        \pi_j &= \frac{\exp((1 + b)\,\hat\pi_j)}{\sum_i \exp((1 + b)\,\hat\pi_i)}, \\
        \sigma_j &= \exp(\hat\sigma_j - b), &
        \rho_j &= 0.95 \tanh \hat\rho_j

    where :math:`\hat\sigma` is first limited to :math:`\pm 8`.

    Args:
        outputs: Rows, ``[..., 6 * mixtures + 1]``.
        neatness: Zero for the density as it was learned; above, what is likely becomes likelier.

    Returns:
        The densities.

    Raises:
        TypeError: An argument is no number.
        ValueError: The neatness is negative, or a row is of no such length.

    Example:
        >>> mixture(np.zeros(13)).weight
        array([0.5, 0.5])

    References:
        Graves (2013), "Generating sequences with recurrent neural networks", equations 17 to 22,
        61 and 62.
    """
    outputs = np.asarray(outputs)
    _check_outputs(outputs)
    pen, rest = outputs[..., 0], np.split(outputs[..., 1:], 6, axis=-1)
    sharp = (1 + neatness) * rest[0]
    weight = np.exp(sharp - sharp.max(axis=-1, keepdims=True))
    logs = np.clip(np.stack(rest[3:5], axis=-1), -LARGEST_LOG, LARGEST_LOG)
    return Mixture(
        pen=np.exp(-np.logaddexp(0, -pen)),
        weight=weight / weight.sum(axis=-1, keepdims=True),
        mean=np.stack(rest[1:3], axis=-1),
        deviation=np.exp(logs - neatness),
        correlation=LARGEST_CORRELATION * np.tanh(rest[5]),
    )


@takes(x="[...]")
def density(of: Mixture, x: npt.ArrayLike) -> Array:
    r"""Return a mixture's density at points of the plane.

    .. math::
        u &= \frac{x - \mu_{xj}}{\sigma_{xj}}, \quad v = \frac{y - \mu_{yj}}{\sigma_{yj}}, \quad
        q_j = 1 - \rho_j^2 \\
        p &= \sum_j \frac{\pi_j}{2 \pi \sigma_{xj} \sigma_{yj} \sqrt{q_j}}
        \exp\left(-\frac{u^2 + v^2 - 2 \rho_j u v}{2 q_j}\right)

    Args:
        of: One mixture, as `mixture` makes it of one row.
        x: Points, ``[..., 2]``.

    Returns:
        The density at each, ``[...]``.

    Raises:
        TypeError: The points are no numbers.
        ValueError: They are not of that shape.

    Example:
        >>> float(density(mixture(np.zeros(7)), [0.0, 0.0]).round(4))
        0.1592

    References:
        Graves (2013), equations 23 to 25.
    """
    points = np.asarray(x)
    _check_last("x", points, 2)
    u, v = np.moveaxis((points[..., np.newaxis, :] - of.mean) / of.deviation, -1, 0)
    rest = 1 - of.correlation**2
    square = (u**2 + v**2 - 2 * of.correlation * u * v) / rest
    height = of.weight / (2 * np.pi * of.deviation.prod(axis=-1) * np.sqrt(rest))
    found: Array = np.sum(height * np.exp(-square / 2), axis=-1)
    return found


@takes(numbers="[...]")
def draw(of: Mixture, numbers: npt.ArrayLike) -> Array:
    r"""Draw a point from each density, by random numbers that are given.

    The first, :math:`u`, chooses the Gaussian: the first :math:`j` with
    :math:`\pi_1 + \dots + \pi_j > u`. With the next two, :math:`n_1` and :math:`n_2`,

    .. math:: x = \mu_{xj} + \sigma_{xj} n_1, \qquad
        y = \mu_{yj} + \sigma_{yj} \left(\rho_j n_1 + \sqrt{1 - \rho_j^2} \, n_2\right)

    and the pen is lifted if the last one is below its probability.

    Args:
        of: The densities.
        numbers: For each a uniform number, two standard normal ones and a uniform one,
            ``[..., 4]``.

    Returns:
        Points and pen, ``[..., 3]``.

    Raises:
        TypeError: The numbers are none.
        ValueError: They are not of that shape.

    Example:
        >>> draw(mixture(np.zeros(7)), [0.5, 1.0, -2.0, 0.7]).tolist()
        [1.0, -2.0, 0.0]
    """
    numbers = np.asarray(numbers)
    _check_last("numbers", numbers, 4)
    u, first, second, last = np.moveaxis(numbers, -1, 0)
    below = np.cumsum(of.weight, axis=-1)
    # Rounding may leave the sum below one, and u above it.
    chosen = np.sum(below[..., :-1] <= u[..., np.newaxis], axis=-1)[..., np.newaxis]
    rho = np.take_along_axis(of.correlation, chosen, axis=-1)[..., 0]
    mean = np.take_along_axis(of.mean, chosen[..., np.newaxis], axis=-2)[..., 0, :]
    deviation = np.take_along_axis(of.deviation, chosen[..., np.newaxis], axis=-2)[..., 0, :]
    shift = np.stack([first, rho * first + np.sqrt(1 - rho**2) * second], axis=-1)
    xy = mean + deviation * shift
    pen = np.asarray(last < of.pen, np.float64)
    return np.concatenate([xy, pen[..., np.newaxis]], axis=-1)


@takes_tensors(points="[batch, time, 3]", outputs="[batch, time, outputs]")
def mixture_loss(points: Any, outputs: Any) -> Any:
    r"""Return minus the logarithm of the density at the points that came, in nats.

    It is summed over Gaussians in logarithms, so that nothing under- or overflows:

    .. math::
        L = -\log \sum_j \exp\left(\log \pi_j + \log \mathcal{N}_j(x, y)\right)
        - \log\left(e^{\,p} (1 - e)^{1 - p}\right)

    with the pen :math:`p`, 1 where it was lifted. Keras takes it as a loss.

    Args:
        points: What came, ``[batch, time, 3]``: x, y and the pen.
        outputs: A network's outputs for them, ``[batch, time, 6 * mixtures + 1]``, as in
            `mixture`.

    Returns:
        A number for each point, ``[batch, time]``.

    Raises:
        TypeError: Dtypes differ, or are neither float32 nor float64.
        ValueError: Shapes do not fit.

    Example:
        >>> mixture_loss(np.zeros((1, 1, 3)), np.zeros((1, 1, 7))).numpy().round(3)
        array([[2.531]])

    References:
        Graves (2013), equation 26.
    """
    _check_outputs(outputs)
    pen, rest = outputs[..., 0], tf.split(outputs[..., 1:], 6, axis=-1)
    share, mean_x, mean_y, log_x, log_y, rho = rest
    log_x, log_y = (tf.clip_by_value(s, -LARGEST_LOG, LARGEST_LOG) for s in (log_x, log_y))
    rho = LARGEST_CORRELATION * tf.tanh(rho)
    u = (points[..., 0:1] - mean_x) * tf.exp(-log_x)
    v = (points[..., 1:2] - mean_y) * tf.exp(-log_y)
    left = 1 - rho**2
    each = tf.nn.log_softmax(share) - np.log(2 * np.pi) - log_x - log_y - tf.math.log(left) / 2
    each -= (u**2 + v**2 - 2 * rho * u * v) / (2 * left)
    crossed = tf.nn.sigmoid_cross_entropy_with_logits(points[..., 2], pen)
    return crossed - tf.reduce_logsumexp(each, axis=-1)


def _check_last(name: str, array: Any, size: int) -> None:
    if array.ndim == 0 or array.shape[-1] != size:
        raise ValueError(f"{name} must have the shape [..., {size}], not {list(array.shape)}")


def _check_outputs(outputs: Any) -> None:
    if not len(outputs.shape) or outputs.shape[-1] < 7 or outputs.shape[-1] % 6 != 1:
        raise ValueError(
            f"outputs must have the shape [..., 6 * mixtures + 1], not {list(outputs.shape)}"
        )
