"""The PostgreSQL schema, as named migrations that are applied once, in order, each in its own transaction.

The tables are those of SQLite, column by column, so that a copy of one is a copy of the other. Texts compare by their
bytes (collation "C"), as everywhere else in the journal.
"""

from __future__ import annotations

from typing import Final

_NEVER: Final = """CREATE FUNCTION never_change() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN RAISE EXCEPTION 'append-only: % of % is refused', TG_OP, TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation'; END $$"""  # noqa: E501
_FOLLOW: Final = """CREATE FUNCTION follow() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE last_seq bigint; last_hash text;
    BEGIN
        SELECT seq, hash INTO last_seq, last_hash FROM events ORDER BY seq DESC LIMIT 1;
        IF NEW.seq <> COALESCE(last_seq, 0) + 1 OR NEW.prev <> COALESCE(last_hash, repeat('0', 64)) THEN
            RAISE EXCEPTION 'chain: an event must follow the last one' USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        RETURN NEW;
    END $$"""


def _guard(table: str, *operations: str) -> tuple[str, str]:
    """The triggers that keep rows as they are: row by row, and against emptying the table at once."""
    rows = " OR ".join(operations)
    return (
        f"CREATE TRIGGER {table}_stay BEFORE {rows} ON {table} FOR EACH ROW EXECUTE FUNCTION never_change()",
        f"CREATE TRIGGER {table}_stay_whole BEFORE TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION never_change()",  # noqa: E501
    )


#: (name, statements); a released migration is never edited, the next one is added below it.
MIGRATIONS: Final[tuple[tuple[str, tuple[str, ...]], ...]] = (
    (
        "0001-events",
        (
            _NEVER,
            _FOLLOW,
            """CREATE TABLE events (
                seq bigint PRIMARY KEY, at text COLLATE "C" NOT NULL, case_id text COLLATE "C" NOT NULL,
                kind text COLLATE "C" NOT NULL, text text COLLATE "C" NOT NULL, prev text COLLATE "C" NOT NULL,
                hash text COLLATE "C" NOT NULL UNIQUE)""",
            "CREATE INDEX events_by_case ON events (case_id, seq)",
            "CREATE INDEX events_by_kind ON events (kind, seq)",
            *_guard("events", "UPDATE", "DELETE"),
            "CREATE TRIGGER events_follow BEFORE INSERT ON events FOR EACH ROW EXECUTE FUNCTION follow()",
        ),
    ),
    (
        "0002-state",
        (
            """CREATE TABLE cases (
                case_id text COLLATE "C" PRIMARY KEY, type text COLLATE "C" NOT NULL, status text COLLATE "C" NOT NULL,
                version bigint NOT NULL, is_open integer NOT NULL, due text COLLATE "C" NOT NULL,
                priority text COLLATE "C" NOT NULL, owned integer NOT NULL, waiting integer NOT NULL,
                fields text COLLATE "C" NOT NULL)""",
            "CREATE INDEX cases_by_due ON cases (is_open, due, priority, case_id, owned, waiting)",
            "CREATE INDEX cases_by_type ON cases (type, case_id)",
            "CREATE INDEX cases_by_version ON cases (version)",
            """CREATE TABLE case_keys (
                key text COLLATE "C" NOT NULL, case_id text COLLATE "C" NOT NULL, PRIMARY KEY (key, case_id))""",
            "CREATE INDEX case_keys_by_case ON case_keys (case_id)",
            """CREATE TABLE numbers (
                series text COLLATE "C" NOT NULL, year integer NOT NULL, last integer NOT NULL,
                PRIMARY KEY (series, year))""",
            """CREATE TABLE answers (
                key text COLLATE "C" PRIMARY KEY, payload text COLLATE "C" NOT NULL, case_id text COLLATE "C" NOT NULL,
                answer text COLLATE "C" NOT NULL, seq bigint NOT NULL)""",
            *_guard("answers", "UPDATE", "DELETE"),
        ),
    ),
    (
        "0003-vault",
        (
            """CREATE TABLE vault (
                digest text COLLATE "C" PRIMARY KEY, salt text COLLATE "C" NOT NULL, value text COLLATE "C" NOT NULL,
                case_id text COLLATE "C" NOT NULL)""",
            "CREATE INDEX vault_by_case ON vault (case_id)",
            *_guard("vault", "UPDATE"),
        ),
    ),
)
