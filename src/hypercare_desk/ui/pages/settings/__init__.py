"""The settings page: look, workspace, index, backup; what is chosen holds at once."""
