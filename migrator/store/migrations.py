"""The steps from one version of the tables to the next, as they were when each was written. New stores need none of them.

Plain statements, so that a later change of tables.py changes no step: a step once released is never edited.
"""

from __future__ import annotations

from sqlalchemy import Connection, update

from migrator.store.tables import VERSION, schema_version

# What the two engines write differently.
_WORDS = {
    "sqlite": {"id": "INTEGER NOT NULL", "address": "TEXT", "false": "0", "key": '"key"'},
    "postgresql": {"id": "SERIAL NOT NULL", "address": 'TEXT COLLATE "C"', "false": "false", "key": "key"},
}
_OF_CRAWL = "FOREIGN KEY(crawl_id) REFERENCES crawls (id) ON DELETE CASCADE"
_OF_IMPORT = "FOREIGN KEY(import_id) REFERENCES imports (id) ON DELETE CASCADE"

_TO_2 = (
    "ALTER TABLE crawls ADD COLUMN based_on INTEGER REFERENCES crawls (id) ON DELETE SET NULL",
    "ALTER TABLE frontier ADD COLUMN worker TEXT DEFAULT '' NOT NULL",
    *(
        f"ALTER TABLE pages ADD COLUMN {name} TEXT DEFAULT '' NOT NULL"
        for name in ("etag", "last_modified", "near_duplicate_of", "soft_404")
    ),
    "ALTER TABLE pages ADD COLUMN noindex BOOLEAN DEFAULT {false} NOT NULL",
    "ALTER TABLE pages ADD COLUMN unchanged_since VARCHAR(32)",
    *(
        f"ALTER TABLE contents ADD COLUMN {name} TEXT DEFAULT '[]' NOT NULL"
        for name in ("breadcrumbs", "hreflang", "images", "assets")
    ),
    *(f"ALTER TABLE contents ADD COLUMN {name} TEXT DEFAULT '' NOT NULL" for name in ("published", "modified")),
    "CREATE TABLE workers (id TEXT NOT NULL, crawl_id INTEGER NOT NULL, machine TEXT NOT NULL, process TEXT NOT NULL,"
    f" lease_until VARCHAR(32) NOT NULL, PRIMARY KEY (id), {_OF_CRAWL})",
    "CREATE TABLE hosts (host TEXT NOT NULL, worker TEXT NOT NULL, next_allowed VARCHAR(32) NOT NULL, PRIMARY KEY (host))",
    "CREATE TABLE sightings (crawl_id INTEGER NOT NULL, {key} {address} NOT NULL, kind TEXT NOT NULL, lot BIGINT NOT NULL,"
    f" detail TEXT NOT NULL, PRIMARY KEY (crawl_id, {{key}}, kind, lot), {_OF_CRAWL})",
    "CREATE TABLE linked (crawl_id INTEGER NOT NULL, {key} {address} NOT NULL, lane INTEGER NOT NULL, number INTEGER NOT NULL,"
    f" PRIMARY KEY (crawl_id, {{key}}, lane), {_OF_CRAWL})",
    "CREATE TABLE imports (id {id}, site TEXT NOT NULL, side TEXT NOT NULL, kind TEXT NOT NULL, name TEXT NOT NULL,"
    " digest TEXT NOT NULL, size BIGINT NOT NULL, taken VARCHAR(32) NOT NULL, PRIMARY KEY (id), UNIQUE (site, side, digest))",
    "CREATE TABLE listed (import_id INTEGER NOT NULL, {key} {address} NOT NULL, url {address} NOT NULL,"
    f" PRIMARY KEY (import_id, {{key}}), {_OF_IMPORT})",
    "CREATE INDEX listed_key ON listed ({key})",
    "CREATE TABLE visits (import_id INTEGER NOT NULL, {key} {address} NOT NULL, day TEXT NOT NULL, count BIGINT NOT NULL,"
    f" PRIMARY KEY (import_id, {{key}}, day), {_OF_IMPORT})",
    "CREATE INDEX visits_key ON visits ({key})",
    # Version 1 did not know who had claimed what; nobody else is at work on a store that is being migrated.
    "UPDATE frontier SET state = 'due' WHERE state = 'claimed'",
)
_TO_3 = (
    "CREATE TABLE hits (site TEXT NOT NULL, kind TEXT NOT NULL, rule {address} NOT NULL, day TEXT NOT NULL,"
    " count BIGINT NOT NULL, PRIMARY KEY (site, kind, rule, day))",
    "CREATE TABLE missing (site TEXT NOT NULL, lack TEXT NOT NULL, {key} {address} NOT NULL, day TEXT NOT NULL,"
    " count BIGINT NOT NULL, PRIMARY KEY (site, lack, {key}, day))",
    "CREATE INDEX missing_of_day ON missing (site, day)",
)
_TO_4 = (
    "CREATE TABLE noted (entry_id INTEGER NOT NULL, crawl_id INTEGER NOT NULL, place TEXT NOT NULL, links TEXT NOT NULL,"
    f" passed TEXT NOT NULL, PRIMARY KEY (entry_id), {_OF_CRAWL})",
)
_STEPS = {2: _TO_2, 3: _TO_3, 4: _TO_4}


def migrate(connection: Connection, version: int) -> None:
    """Bring the tables from `version` to the present one, in the transaction of `connection`."""
    words = _WORDS[connection.dialect.name]
    for step in sorted(step for step in _STEPS if step > version):
        for statement in _STEPS[step]:
            connection.exec_driver_sql(statement.format(**words))
    connection.execute(update(schema_version).values(version=VERSION))
