"""History that the database itself refuses to rewrite: triggers on the tables of events, evaluations, sign-offs.

A trigger speaks its dialect, so the statements are here and not among the tables.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlalchemy import Connection

TABLES = ("evaluations", "feedback_events", "sign_offs")
_MESSAGE = "append only: what was written stays"


def protect(connection: Connection) -> None:
    """Put the triggers on, in the transaction that ``connection`` is in."""
    for statement in statements(connection.dialect.name):
        connection.exec_driver_sql(statement)


def statements(dialect: str) -> Iterator[str]:
    """The DDL for ``sqlite`` or ``postgresql``."""
    if dialect == "postgresql":
        yield (
            "CREATE FUNCTION desk_append_only() RETURNS trigger LANGUAGE plpgsql AS"
            f" $$ BEGIN RAISE EXCEPTION '{_MESSAGE}' USING ERRCODE = 'check_violation'; END $$"
        )
        for table in TABLES:
            yield (
                f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table}"
                " FOR EACH ROW EXECUTE FUNCTION desk_append_only()"
            )
        return
    for table in TABLES:
        for verb in ("UPDATE", "DELETE"):
            yield (
                f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table}"
                f" BEGIN SELECT RAISE(ABORT, '{_MESSAGE}'); END"
            )
