"""The SQLite schema, as named migrations that are applied once, in order, each in its own transaction."""

from __future__ import annotations

from typing import Final

#: (name, statements); a released migration is never edited, the next one is added below it.
MIGRATIONS: Final[tuple[tuple[str, tuple[str, ...]], ...]] = (
    (
        "0001-events",
        (
            """CREATE TABLE events (
                seq INTEGER PRIMARY KEY, at TEXT NOT NULL, case_id TEXT NOT NULL, kind TEXT NOT NULL,
                text TEXT NOT NULL, prev TEXT NOT NULL, hash TEXT NOT NULL UNIQUE) STRICT""",
            "CREATE INDEX events_by_case ON events (case_id, seq)",
            "CREATE INDEX events_by_kind ON events (kind, seq)",
            """CREATE TRIGGER events_never_change BEFORE UPDATE ON events
               BEGIN SELECT RAISE(ABORT, 'append-only: an event is never changed'); END""",
            """CREATE TRIGGER events_never_vanish BEFORE DELETE ON events
               BEGIN SELECT RAISE(ABORT, 'append-only: an event is never deleted'); END""",
            """CREATE TRIGGER events_follow BEFORE INSERT ON events
               WHEN NEW.seq <> (SELECT COALESCE(MAX(seq), 0) + 1 FROM events)
                 OR NEW.prev <> COALESCE((SELECT hash FROM events ORDER BY seq DESC LIMIT 1), printf('%064d', 0))
                 OR EXISTS (SELECT 1 FROM events WHERE hash = NEW.hash)  -- else REPLACE would take the older one away
               BEGIN SELECT RAISE(ABORT, 'chain: an event must follow the last one'); END""",
        ),
    ),
    (
        "0002-state",
        (
            """CREATE TABLE cases (
                case_id TEXT PRIMARY KEY, type TEXT NOT NULL, status TEXT NOT NULL, version INTEGER NOT NULL,
                is_open INTEGER NOT NULL, due TEXT NOT NULL, priority TEXT NOT NULL, owned INTEGER NOT NULL,
                waiting INTEGER NOT NULL, fields TEXT NOT NULL) STRICT, WITHOUT ROWID""",
            "CREATE INDEX cases_by_due ON cases (is_open, due, priority, case_id, owned, waiting)",
            "CREATE INDEX cases_by_type ON cases (type, case_id)",
            "CREATE INDEX cases_by_version ON cases (version)",
            """CREATE TABLE case_keys (
                key TEXT NOT NULL, case_id TEXT NOT NULL, PRIMARY KEY (key, case_id)) STRICT, WITHOUT ROWID""",
            "CREATE INDEX case_keys_by_case ON case_keys (case_id)",
            """CREATE TABLE numbers (
                series TEXT NOT NULL, year INTEGER NOT NULL, last INTEGER NOT NULL,
                PRIMARY KEY (series, year)) STRICT, WITHOUT ROWID""",
            """CREATE TABLE answers (
                key TEXT PRIMARY KEY, payload TEXT NOT NULL, case_id TEXT NOT NULL, answer TEXT NOT NULL,
                seq INTEGER NOT NULL)
                STRICT, WITHOUT ROWID""",
            """CREATE TRIGGER answers_never_change BEFORE UPDATE ON answers
               BEGIN SELECT RAISE(ABORT, 'append-only: an answer is never changed'); END""",
            """CREATE TRIGGER answers_never_vanish BEFORE DELETE ON answers
               BEGIN SELECT RAISE(ABORT, 'append-only: an answer is never deleted'); END""",
            """CREATE TRIGGER answers_are_given_once BEFORE INSERT ON answers
               WHEN EXISTS (SELECT 1 FROM answers WHERE key = NEW.key)
               BEGIN SELECT RAISE(ABORT, 'append-only: this key has its answer'); END""",
        ),
    ),
    (
        "0003-vault",
        (
            """CREATE TABLE vault (
                digest TEXT PRIMARY KEY, salt TEXT NOT NULL, value TEXT NOT NULL, case_id TEXT NOT NULL)
                STRICT, WITHOUT ROWID""",
            "CREATE INDEX vault_by_case ON vault (case_id)",
            """CREATE TRIGGER vault_never_changes BEFORE UPDATE ON vault
               BEGIN SELECT RAISE(ABORT, 'vault: a value is erased, never changed'); END""",
            """CREATE TRIGGER vault_takes_once BEFORE INSERT ON vault
               WHEN EXISTS (SELECT 1 FROM vault WHERE digest = NEW.digest)
               BEGIN SELECT RAISE(ABORT, 'vault: a value is erased, never changed'); END""",
        ),
    ),
)
