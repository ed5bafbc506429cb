"""Runs in the environment of Apache Otava: orders as JSON on stdin, whether there was an alarm as JSON on stdout.

``{"series": [[...], ...], "max_pvalues": [...]}`` gives one list per series, with one answer per p-value.
"""

import json
import sys

from otava.analysis import compute_change_points


def is_alarm(series, max_pvalue):
    """Whether a change point is found from which on the values are larger."""
    points, _weak = compute_change_points(series, max_pvalue=max_pvalue)
    return any(point.stats.mean_2 > point.stats.mean_1 for point in points)


def main():
    order = json.load(sys.stdin)
    answer = [[is_alarm(one, p) for p in order["max_pvalues"]] for one in order["series"]]
    json.dump([[bool(alarm) for alarm in of_series] for of_series in answer], sys.stdout)


if __name__ == "__main__":
    main()
