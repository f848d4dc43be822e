"""The dashboard: where hypercare stands in six figures, what waits for a decision, what ends soon."""
