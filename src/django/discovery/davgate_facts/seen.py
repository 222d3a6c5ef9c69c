"""What the site's own connection reads, asked with the same statements as davgate's connection."""

import hashlib
import os
import threading

from django.db import connections

from .by_request import chosen_by_request
from .read_only import opened_read_only
from .values import text

STATEMENTS = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "statements")

# Users at each end of the table, by primary key, which must be the same on both connections.
SAMPLED = 16
# The most rows of a table to count.
COUNTED = 1000000

ENDS = (("first", "asc"), ("last", "desc"))


def seen(alias, tables, user, seconds):
    """Facts as [subject, fact, value], some users, how the driver is connected, and what may change all that for each
    request; or why none of that is known.
    """
    answers = []

    def look():
        try:
            answers.append(Look(connections[alias], tables, user).found())
        except BaseException as error:  # SystemExit too: the site's own code runs as a connection is made
            answers.append({"trouble": "%s: %s" % (type(error).__name__, str(error).strip())})

    # A client library that waits for a server does not react to signals.
    looking = threading.Thread(target=look, daemon=True)
    looking.start()
    looking.join(seconds)
    return answers[0] if answers else {"trouble": "it did not answer within %.1f s." % seconds}


class Look:
    def __init__(self, connection, tables, user):
        self.connection = connection
        self.tables = tables
        self.user = user

    def found(self):
        try:
            with opened_read_only(self.connection):
                self.connection.ensure_connection()
            facts = self.facts()
            known = self.user["table"] in {subject for subject, _, _ in facts}
            rows = {end: self.users(order) if known else [] for end, order in ENDS}
            users = {end: [[text(row[0]), digest(*row[1:])] for row in rows[end]] for end in rows}
            newest = rows["last"][0][0] if rows["last"] else None
            # Users who join in the meantime come after these if keys are increasing.
            upto = newest if isinstance(newest, int) else None
            users.update(upTo=None if upto is None else text(upto), counts=self.counts(upto) if known else [])
            by_request = chosen_by_request(self.connection)
            return {"facts": facts, "users": users, "driver": self.driver(), "byRequest": by_request}
        finally:
            self.connection.close()

    def facts(self):
        if self.connection.vendor == "sqlite":
            with self.connection.cursor() as cursor:
                return sqlite_facts(cursor, self.tables)
        with open(os.path.join(STATEMENTS, "%s.sql" % self.connection.vendor), encoding="utf-8") as file:
            statements = file.read().split(";\n")
        names = ", ".join(["%s"] * len(self.tables))
        facts = []
        for statement in statements:
            if statement.strip():
                values = self.tables * statement.count("{tables}")
                facts += self.answers(statement.replace("{tables}", names), values)
        return facts

    def answers(self, statement, values):
        try:
            return [([""] + [text(value) for value in row])[-3:] for row in self.rows(statement, values)]
        except Exception:
            if "-- May be forbidden." not in statement:
                raise
            if not self.connection.get_autocommit():
                self.connection.rollback()
            return []

    def rows(self, statement, values=()):
        """The rows from a new cursor: after an error, an older one may be closed."""
        with self.connection.cursor() as cursor:
            cursor.execute(statement, list(values) or None)
            return cursor.fetchall()

    def users(self, order):
        """Keys, names and passwords of some users."""
        quote = self.connection.ops.quote_name
        key, name, password = (quote(self.user[part]) for part in ("key", "username", "password"))
        table = quote(self.user["table"])
        return self.rows(
            "select %s, %s, %s from %s order by %s %s limit %d" % (key, name, password, table, key, order, SAMPLED)
        )

    def counts(self, upto):
        """Counts of the users and of their links to groups and permissions: [table, rows, sum of the others' keys]."""
        found = [self.count(self.user["table"], self.user["key"], None, upto)]
        for link in self.user["links"]:
            found.append(self.count(link["table"], link["user"], link["other"], upto if link["user"] else None))
        return found

    def count(self, table, user, other, upto):
        """Counts as sampled-users.ts does."""
        quote = self.connection.ops.quote_name
        statement = "select count(*), %s from (select %s from %s%s limit %d) counted" % (
            "case when count(*) < %d then sum(summed) else 0 end" % COUNTED if other else "0",
            "%s as summed" % quote(other) if other else "1",
            quote(table),
            "" if upto is None else " where %s <= %d" % (quote(user), upto),
            COUNTED,
        )
        (count, total), = self.rows(statement)
        return [table, "%d" % count, "%d" % (total or 0)]

    def driver(self):
        """How a PostgreSQL driver is connected, by libpq's own names, including what a service file and PGHOST set."""
        info = getattr(self.connection.connection, "info", None)
        if self.connection.vendor != "postgresql" or info is None:
            return {}
        known = info.dsn_parameters if hasattr(info, "dsn_parameters") else info.get_parameters()
        found = {name: known.get(name) for name in ("sslmode", "sslrootcert", "sslcert", "sslkey")}
        found.update({name: getattr(info, name) for name in ("host", "port", "user", "password", "dbname")})
        return {name: text(value) for name, value in found.items() if value not in (None, "")}


def digest(name, password):
    """A digest of what distinguishes users. Drivers may disagree about characters outside ASCII."""
    name, password = text(name) or "", text(password) or ""
    plain = name if all(ord(character) < 128 for character in name) else ""
    return hashlib.sha256(("%s\0%s" % (plain, password)).encode("utf-8", "surrogatepass")).hexdigest()


def sqlite_facts(cursor, tables):
    cursor.execute("PRAGMA database_list")
    files = {name: file for _, name, file in cursor.fetchall()}
    main = os.stat(files["main"])
    facts = [["", "file", "%d:%d" % (main.st_dev, main.st_ino)]]
    for table in tables:
        for schema in ["temp"] + [name for name in files if name != "temp"]:
            catalogue = "sqlite_temp_master" if schema == "temp" else '"%s".sqlite_master' % schema.replace('"', '""')
            cursor.execute("select case when type = 'view' then 'view' when coalesce(rootpage, 0) = 0 then 'virtual table' else 'table' end "
                           "from %s where name = %%s collate nocase and type in ('table', 'view')" % catalogue, [table])
            row = cursor.fetchone()
            if row is not None:
                facts += [[table, "is", "%s.%s" % (schema, table)], [table, "kind", row[0]]]
                break
    return facts
