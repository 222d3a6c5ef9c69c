"""PASSWORD_HASHERS."""

from django.conf import settings
from django.utils.module_loading import import_string

from .values import dotted

# The attributes that determine how a hasher reads and checks a stored password.
CHECKING = ("algorithm", "digest", "encode", "decode", "verify")


def hashers(warnings):
    """Each of PASSWORD_HASHERS with the class of Django's own that it is, if it is one."""
    found = []
    for path in settings.PASSWORD_HASHERS:
        try:
            lineage = import_string(path).__mro__
        except ImportError as error:
            warnings.sign_in.append("PASSWORD_HASHERS names %s, which cannot be imported: %s" % (path, error))
            continue
        own = [ancestor for ancestor in lineage if ancestor.__module__ != "django.contrib.auth.hashers"]
        changed = any(name in vars(ancestor) for ancestor in own[:-1] for name in CHECKING)
        django = [ancestor for ancestor in lineage if ancestor not in own]
        found.append({"path": path, "django": dotted(django[0]) if django and not changed else None})
    return found
