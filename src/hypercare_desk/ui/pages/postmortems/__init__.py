"""The post-mortems page: the list, and one paper at a time with its timeline, conditions, actions and lessons."""
