"""Of the clients, their cache and the codecs: no service runs them so, micro-benchmarks do."""

from __future__ import annotations

from harness.mutants.catalogue.places import (
    CLIENT_CACHE,
    DISET_CODEC,
    MANAGEMENT_CLIENT,
    SINCE_7_3,
    STATUS_CLIENT,
)
from harness.mutants.changes import Begin, Replace, Top
from harness.mutants.mutant import Mutant

OF_CLIENTS = (
    Mutant(
        "cache-grows-by-copies",
        "slower",
        "cache",
        "O(n²) in a cache: what was found is copied for each key",
        CLIENT_CACHE,
        (Replace("Cache.get", "result.update({cacheKey: cacheRow})", "result = {**result, cacheKey: cacheRow}"),),
        "micro",
        ("*bench_hit*",),
        (),
        "benchmark CPU",
        select="bench_hit",
        also_for=SINCE_7_3,
    ),
    Mutant(
        "cache-keys-in-a-list",
        "slower",
        "cache",
        "keys of a cache are looked for in a list",
        CLIENT_CACHE,
        (
            Replace(
                "RSSCache.__match",
                "cartesianProduct.difference(set(validCache))",
                "{key for key in cartesianProduct if key not in list(validCache)}",
            ),
        ),
        "micro",
        ("*bench_hit*",),
        (),
        "benchmark CPU",
        select="bench_hit",
        also_for=SINCE_7_3,
    ),
    Mutant(
        "dencode-concatenates",
        "slower",
        "serialisation",
        "O(n²): an encoded answer is put together piece by piece",
        DISET_CODEC,
        (Replace("encode", 'b"".join(eList)', "functools.reduce(lambda one, other: one + other, eList)"),),
        "micro",
        ("*bench_encode*DEncode*",),
        (),
        "benchmark CPU",
        select="bench_encode",
    ),
    Mutant(
        "parameters-sorted",
        "slower",
        "client",
        "parameters of a call are sorted by name",
        MANAGEMENT_CLIENT,
        (
            Replace(
                "prepareDict", "zip(columnNames, columnValues)", "sorted($, key=lambda pair: str(pair[0]).lower())"
            ),
        ),
        "micro",
        ("*bench_prepare_dict*",),
        ("*bench_parameters*",),
        "benchmark CPU",
        select="bench_parameters",
        also_for=SINCE_7_3,
    ),
    Mutant(
        "arguments-inspected",
        "slower",
        "client",
        "a client looks at its own signature to check the arguments of a call",
        STATUS_CLIENT,
        (
            Top("import inspect"),
            Begin("ResourceStatusClient.selectStatusElement", "inspect.signature(self.selectStatusElement)"),
        ),
        "micro",
        ("*bench_status_select*",),
        (),
        "benchmark CPU",
        select="bench_parameters",
        also_for=SINCE_7_3,
    ),
)
