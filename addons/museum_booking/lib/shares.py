# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Split an amount into shares that add up to it exactly."""

from collections.abc import Hashable, Mapping


def split(total: int, weights: Mapping[Hashable, int]) -> dict[Hashable, int]:
    """Split ``total`` by ``weights``, in whole smallest units.

    Largest remainders first, then as the weights are ordered, so the same amounts are
    always split in the same way. Without any weight the first one gets it all.

    :param total: in the currency's smallest unit; may be negative
    :param weights: what each is worth, never negative
    :return: a share for each key of ``weights``; nothing when there are none
    """
    if not weights:
        return {}
    whole = sum(weights.values())
    if not whole:
        first = next(iter(weights))
        return {key: total if key == first else 0 for key in weights}
    sign, size = (-1, -total) if total < 0 else (1, total)
    shares = {key: size * weight // whole for key, weight in weights.items()}
    rest = size - sum(shares.values())
    by_remainder = sorted(weights, key=lambda key: -(size * weights[key] % whole))
    for key in by_remainder[:rest]:
        shares[key] += 1
    return {key: sign * share for key, share in shares.items()}


def percentages(weights: Mapping[Hashable, int]) -> dict[Hashable, float]:
    """Weights as percentages with two digits that add up to 100."""
    return {key: share / 100 for key, share in split(10_000, weights).items() if share}
