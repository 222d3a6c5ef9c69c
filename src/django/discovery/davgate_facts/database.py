"""The entry of DATABASES that holds the users."""

from django.conf import settings
from django.db import connections

from .values import Refused, plain, text


def database(alias, warnings):
    """Its keys in lower case, with the backend's vendor where the engine is not one of Django's own."""
    if alias not in settings.DATABASES:
        known = ", ".join(sorted(settings.DATABASES)) or "nothing"
        raise Refused("DATABASES has no %r; it has %s." % (alias, known))
    if settings.DATABASE_ROUTERS:
        warnings.append(
            "DATABASE_ROUTERS are not asked: users and sessions are read from the database %r alone." % alias
        )
    entry = settings.DATABASES[alias]
    engine = text(entry.get("ENGINE") or "django.db.backends.dummy")
    vendor = None
    if not engine.startswith(("django.db.backends.", "django.contrib.gis.db.backends.")):
        vendor = connections[alias].vendor
    found = {"engine": engine, "vendor": vendor, "options": plain(entry.get("OPTIONS") or {})}
    found.update({key.lower(): text(entry.get(key)) for key in ("NAME", "USER", "PASSWORD", "HOST", "PORT")})
    return found
