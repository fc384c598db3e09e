"""Numbers drawn from a seed, the same on every machine: all of them rest on `random()`, the one method whose sequence Python promises to keep."""

import math
import random

VERSION = "1"  # of what the generator draws: another version, other patients


class Draws:
    """A stream of its own for each name: what one part draws moves nothing of another part's."""

    def __init__(self, *names):
        self.uniform = random.Random("/".join([VERSION, *map(str, names)])).random

    def chance(self, probability):
        return self.uniform() < probability

    def pick(self, options):
        return options[int(self.uniform() * len(options))]

    def weighted(self, options):
        """One of (weight, option) pairs."""
        left = self.uniform() * sum(weight for weight, _ in options)
        for weight, option in options:
            left -= weight
            if left < 0:
                return option
        return options[-1][1]

    def whole(self, least, most):
        return least + int(self.uniform() * (most - least + 1))

    def between(self, least, most):
        return least + self.uniform() * (most - least)

    def normal(self, mean, deviation):
        """Box and Muller; of the pair only one is used, so that each call takes two draws."""
        radius = math.sqrt(-2 * math.log(1 - self.uniform()))
        return mean + deviation * radius * math.cos(2 * math.pi * self.uniform())

    def lognormal(self, median, sigma):
        return median * math.exp(self.normal(0, sigma))

    def poisson(self, mean):
        """Knuth's product for small means; a large one is halved, since sums of Poisson counts are such counts."""
        if mean > 30:
            return self.poisson(mean / 2) + self.poisson(mean - mean / 2)
        limit, product, count = math.exp(-mean), self.uniform(), 0
        while product > limit:
            product *= self.uniform()
            count += 1
        return count

    def logarithmic(self, p):
        """1, 2, 3 … with the probabilities of the logarithmic series (Fisher, Corbet and Williams 1943)."""
        left, count = self.uniform(), 1
        term = -p / math.log(1 - p)
        while left > term and count < 1000:
            left -= term
            term *= p * count / (count + 1)
            count += 1
        return count
