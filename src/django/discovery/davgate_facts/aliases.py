"""The entry of DATABASES that the site reads its users from."""

import re

from django.conf import settings
from django.db import router

from .source import with_imports
from .values import Refused, dotted

# Often enough to see every replica of a router that chooses at random.
ASKED = 64

# Where a choice by the current request is stored, and how code reads it.
KEPT = re.compile(r"^(threading|contextvars|ContextVar|asgiref\.local|Local)$")
BY_REQUEST = re.compile(KEPT.pattern + r"|get_current|tenant|^request$", re.IGNORECASE)


class Aliases:
    """The entries of DATABASES that users may be read from: the manager may name one, otherwise DATABASE_ROUTERS do."""

    def __init__(self, model, declared, warnings):
        self.declared = declared
        self.by_request = by_request()
        self.chosen = self.choice(model, warnings)

    def choice(self, model, warnings):
        found = readable(model._default_manager)
        wanted = self.declared or min(found)
        if wanted not in settings.DATABASES:
            known = ", ".join(sorted(settings.DATABASES)) or "nothing"
            raise Refused("DATABASES has no %r; it has %s." % (wanted, known))
        if self.declared is not None:
            if self.declared not in found and self.by_request is None:
                raise Refused(
                    'The site reads %s from the database %s, and the declaration names %r: leave "alias" out.'
                    % (model._meta.label, " or ".join(map(repr, sorted(found))), self.declared)
                )
            return self.declared
        if self.by_request is not None:
            raise Refused(
                "%s of DATABASE_ROUTERS may choose by the current request: name the database of the users, a key of "
                'DATABASES, as "alias".' % self.by_request
            )
        chosen = "default" if "default" in found else min(found)
        if len(found) > 1:
            warnings.append(
                "DATABASE_ROUTERS name several databases for %s (%s); users are read from %r only."
                % (model._meta.label, ", ".join(sorted(found)), chosen)
            )
        return chosen

    def refuse_elsewhere(self, models):
        """Raises Refused if what users are granted is read from a different database than users."""
        for model in models:
            found = readable(model._default_manager)
            if self.chosen not in found and self.by_request is None:
                raise Refused(
                    "The site reads users from the database %r and %s from %s; davgate reads both from one database."
                    % (self.chosen, model._meta.label, " or ".join(map(repr, sorted(found))))
                )

    def elsewhere(self, model):
        """The alias of another database that a model is read from; None if it is the database of the users."""
        found = readable(model._default_manager)
        return None if self.chosen in found or self.by_request is not None else min(found)


def readable(manager):
    return {manager.db for _ in range(ASKED if settings.DATABASE_ROUTERS else 1)}


def by_request():
    """A router that seems to choose by the current request; None if none does."""
    for one in router.routers:
        module = type(one).__module__
        for source in with_imports(module):
            sign = BY_REQUEST if source.name == module else KEPT
            if any(sign.search(name) for name in source.identifiers()):
                return dotted(type(one))
    return None
