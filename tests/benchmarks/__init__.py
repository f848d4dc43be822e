"""Benchmarks: how fast and how good, beside the peers, on the same corpus in one process. Run by `./desk bench`.

Belongs here: one module `bench_<subject>.py` a subject, with a docstring whose first line says what it measures and
`run(options: Options) -> Iterable[Row]` (both from `tests.benchmarks.results`). The runner finds the modules by name.
Does not belong here: tests; nothing in this folder is collected by pytest, and no figure of it decides a test.
"""
