"""The handoff page: the pack's sections, its pages, what stands in the way of issuing it, and what changed since."""
