"""Benchmarks: speed and relevance side by side with peers on the same corpus, as ratios. Not part of the test run.

Belongs here: corpora, peers, measurements. Does not belong here: asserts (a slow machine is no failure).
"""
