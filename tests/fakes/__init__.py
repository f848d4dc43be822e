"""Fakes: the ports in memory. The contract suites that run over real adapters run over these, too."""
