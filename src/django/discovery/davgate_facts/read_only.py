"""Opens SQLite files so that nothing is written and no file is created."""

import contextlib
import os
from urllib.parse import parse_qsl, quote, urlencode


@contextlib.contextmanager
def opened_read_only(connection):
    """Makes Django's SQLite backend open its file as the site does, but read-only; does nothing for other databases."""
    if connection.vendor != "sqlite":
        yield
        return
    from django.db.backends.sqlite3 import base

    connect = base.Database.connect

    def reading(database, *args, **kwargs):
        kwargs["uri"] = True
        return connect(read_only_uri(os.fsdecode(database)), *args, **kwargs)

    base.Database.connect = reading
    try:
        yield
    finally:
        base.Database.connect = connect


def read_only_uri(database):
    """https://www.sqlite.org/uri.html"""
    if not database.startswith("file:"):
        return "file:%s?mode=ro" % quote(os.path.abspath(database))
    path, _, query = database.partition("?")
    kept = [(key, value) for key, value in parse_qsl(query.partition("#")[0], keep_blank_values=True) if key != "mode"]
    return "%s?%s" % (path, urlencode(kept + [("mode", "ro")]))
