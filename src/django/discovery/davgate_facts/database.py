"""The entry of DATABASES for the users."""

import configparser
import re

from django.conf import settings
from django.db import connections

from .values import plain, text

VENDORS = ("sqlite", "postgresql", "mysql")
ENGINES = ("sqlite3", "spatialite", "postgresql", "postgresql_psycopg2", "postgis", "mysql")

# Escapes in an option file, by the character after the backslash.
ESCAPED = {"b": "\b", "t": "\t", "n": "\n", "r": "\r", "s": " "}

# Keys of an option file, and mysqlclient's names for them.
OPTION_FILE = {
    "user": "user", "password": "password", "host": "host", "port": "port", "database": "database",
    "socket": "unix_socket", "ssl_ca": "ssl_ca", "ssl_cert": "ssl_cert", "ssl_key": "ssl_key",
}


def database(alias):
    """The entry with its keys in lower case, and the backend's vendor if the engine is not one of Django's own."""
    entry = settings.DATABASES[alias]
    engine = text(entry.get("ENGINE") or "django.db.backends.dummy")
    vendor = None
    if not engine.startswith(("django.db.backends.", "django.contrib.gis.db.backends.")):
        vendor = connections[alias].vendor
    options = plain(entry.get("OPTIONS") or {})
    found = {"engine": engine, "vendor": vendor, "options": options, "optionFile": option_file(options)}
    found.update({key.lower(): text(entry.get(key)) for key in ("NAME", "USER", "PASSWORD", "HOST", "PORT")})
    return found


def option_file(options):
    """The contents of MySQL's option file, if OPTIONS name one, by mysqlclient's names (MySQL manual, 6.2.2.2)."""
    path = options.get("read_default_file")
    parser = configparser.RawConfigParser(allow_no_value=True, strict=False, comment_prefixes=("#", ";", "!"))
    try:
        with open(path, encoding="utf-8") as file:
            parser.read_file(file)
    except (TypeError, OSError, UnicodeDecodeError, configparser.Error):
        return {}
    found = {}
    for section in ("client", options.get("read_default_group")):
        if section is not None and parser.has_section(section):
            found.update({key.replace("-", "_"): value for key, value in parser.items(section)})
    return {name: unquoted(found[key]) for key, name in OPTION_FILE.items() if found.get(key) is not None}


def unquoted(value):
    """A value as MySQL's client library reads it."""
    if len(value) > 1 and value[0] in "'\"" and value[-1] == value[0]:
        value = value[1:-1]
    return re.sub(r"\\(.)", lambda found: ESCAPED.get(found.group(1), found.group(1)), value)


def is_known(found):
    """Whether davgate has a driver for the database, and so a reason to connect to it."""
    return found["vendor"] in VENDORS or found["engine"].rpartition(".")[2] in ENGINES
