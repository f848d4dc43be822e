"""The search page: an answer while the caller speaks. Results, reading pane, outcomes, gaps."""
