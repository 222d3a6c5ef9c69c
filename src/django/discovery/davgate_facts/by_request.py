"""Signs that the site chooses the rows it reads anew for each request, which no look at a connection can show."""

import importlib.util
import inspect
import re
import weakref

from django.conf import settings
from django.core.signals import request_started

# The schema, the role or the database of a connection is changed.
CHANGED = re.compile(
    r"search_path|set_schema|set_tenant|schema_context|tenant_context|select_db|\bSET\s+(SESSION\s+|LOCAL\s+)?ROLE\b"
    r"|[\"']\s*USE\s",
    re.IGNORECASE,
)

# Methods of the engines of django-tenants and its like.
SWITCHES = ("set_schema", "set_tenant")


def chosen_by_request(connection):
    """What chooses, in words; None where there is no sign of it."""
    for name in SWITCHES:
        if hasattr(type(connection), name):
            return "The engine of its database (%s.%s)" % (type(connection).__module__, name)
    for setting, path in code_of_requests():
        if CHANGED.search(source_of(path)):
            return "%s (%s)" % (path, setting)
    for receiver in receivers():
        module = inspect.getmodule(receiver)
        if module is not None and not module.__name__.startswith("django.") and CHANGED.search(source_of_code(module)):
            return "%s (a receiver of request_started)" % module.__name__
    return None


def code_of_requests():
    for path in settings.MIDDLEWARE:
        yield "MIDDLEWARE", path.rpartition(".")[0]
    for setting in ("WSGI_APPLICATION", "ASGI_APPLICATION"):
        path = getattr(settings, setting, None)
        if isinstance(path, str):
            yield setting, path.rpartition(".")[0]
    if isinstance(getattr(settings, "ROOT_URLCONF", None), str):
        yield "ROOT_URLCONF", settings.ROOT_URLCONF


def source_of(name):
    """The text of a module, which is not run; empty where there is none."""
    if name.startswith("django."):
        return ""
    try:
        origin = importlib.util.find_spec(name).origin
        with open(origin, encoding="utf-8", errors="replace") as file:
            return file.read()
    except Exception:  # whatever importing the packages around it raises
        return ""


def source_of_code(module):
    try:
        return inspect.getsource(module)
    except (OSError, TypeError):
        return ""


def receivers():
    for entry in request_started.receivers:
        receiver = entry[1]
        receiver = receiver() if isinstance(receiver, weakref.ReferenceType) else receiver
        if receiver is not None:
            yield getattr(receiver, "__func__", receiver)
