"""The words of a report of a comparison."""

GLOSSARY = {
    "pair": (
        "one fresh process of each build, measured at the same time with requests in random order. The unit that "
        "all statistics count: requests to one process are alike and are never counted as independent."
    ),
    "change": (
        "contender against baseline: +2.3 % is 2.3 % more. Of the rate reached more is better, of all else less. "
        "Estimated over the pairs with the Hodges-Lehmann estimator."
    ),
    "95 % interval": (
        "in 95 of 100 comparisons with so many pairs it holds the true change. Below it, wider: each end of that "
        "one holds with 95 % at any time that the run may stop; the verdict same rests on it."
    ),
    "regression, improvement": (
        "certainly not equal, and the change is larger than the practical margin of its metric. In the lane "
        "exact: a counter that rose, or fell."
    ),
    "same": "the change certainly lies within the margin. It is a claim, not the lack of one.",
    "inconclusive": "neither is certain. More pairs, or a quieter machine, may decide.",
    "wrong": "the contender gives a wrong answer where the baseline gives the right one. Its times mean nothing.",
    "would have caught": "a slow-down of this size would have been called a regression in 95 of 100 comparisons.",
    "adjusted p": (
        "how probable at most such evidence is, anywhere in the whole comparison and whenever one looks, when the "
        "builds are equal."
    ),
    "practical margin": "a change smaller than this is of no interest, however certain (docs/method.md).",
    "control": "the baseline against itself, measured like the rest. What it finds is a false alarm.",
    "service CPU, database CPU": "CPU time that each spends on one request, from the kernel's own accounting.",
    "service CPU with rare work": "of all requests together: garbage collection and other rare work count.",
    "service time": "from the instant a request was really sent until its last byte.",
    "latency": "from the instant a request was due by the schedule until its last byte.",
    "lanes": (
        "exact: counted once on a quiet stack. paired: times of requests one at a time, in pairs of processes. "
        "load: both builds under the same load that does not wait for them, in alternating windows."
    ),
}
