"""Migrations: one file a revision, in the order of their numbers. What has been released is never edited."""
