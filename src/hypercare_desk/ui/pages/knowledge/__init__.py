"""The knowledge page: the table of all articles, and a tab for each one that is read or edited."""
