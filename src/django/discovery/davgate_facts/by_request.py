"""Signs that the site chooses its rows for each request, which looking at a connection cannot show."""

import ast
import inspect
import re
import weakref

from django.conf import settings
from django.core.signals import request_started

from .source import called, with_imports

# Methods of the engines of django-tenants and similar packages.
SWITCHES = ("set_schema", "set_tenant")

# Other names that change the schema or the database of a connection.
CHANGING = SWITCHES + ("schema_context", "tenant_context", "select_db")

# Where Django keeps its connection settings.
CONNECTING = ("settings_dict", "databases", "DATABASES")

# Names that only read a mapping.
READING = ("get", "items", "keys", "values", "copy", "__getitem__", "__contains__")
COPYING = ("dict", "copy", "deepcopy", "len", "list", "sorted", "set", "bool", "str", "repr", "isinstance")

# A statement, whole or to be completed, at the beginning of a text or a line, or after a semicolon.
BEGINS = r"(?:^|;|\n|\*/)\s*"
REST = r"(?:\s*=\s*|\s+TO\s+|\s+)(?:\S+\s*(?:;|\n|$)|$)"

# Statements that change the schema, the role or the database of a session.
STATEMENTS = {
    "postgresql": re.compile(
        r"search_path|\bset_config\b|" + BEGINS + r"(?:SET|set)\s+(?i:SESSION\s+|LOCAL\s+)?"
        r"(?i:ROLE|SCHEMA|SESSION\s+AUTHORIZATION|AUTHORIZATION)" + REST
    ),
    "mysql": re.compile(BEGINS + r"(?:USE|use)(?:\s+\S+\s*(?:;|\n|$)|\s+$)|" + BEGINS + r"(?i:SET\s+ROLE)" + REST),
}


def chosen_by_request(connection):
    """What chooses the rows, in words; None if there is no sign of it."""
    for name in SWITCHES:
        if hasattr(type(connection), name):
            return "The engine of its database (%s.%s)" % (type(connection).__module__, name)
    known = set()
    for setting, path in list(code_of_requests()) + list(receivers()):
        if path.startswith("django."):
            continue
        for source in with_imports(path):
            if source.name not in known and changes(source, connection.vendor):
                return "%s (%s)" % (source.name, setting if source.name == path else "%s, by %s" % (setting, path))
            known.add(source.name)
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


def receivers():
    for entry in request_started.receivers:
        receiver = entry[1]
        receiver = receiver() if isinstance(receiver, weakref.ReferenceType) else receiver
        module = inspect.getmodule(getattr(receiver, "__func__", receiver))
        if module is not None:
            yield "a receiver of request_started", module.__name__


def changes(source, vendor):
    """Whether a module changes which rows a connection reads."""
    statements = STATEMENTS.get(vendor)
    if statements is not None:
        if any(statements.search(text) for text in source.texts()):
            return True
        if any(name in CHANGING for name in source.identifiers()):
            return True
    return reconnects(source.tree) or "settings_dict" in source.texts()


def reconnects(tree):
    """Whether it changes how Django connects, or passes the settings on to code that may."""
    above = {child: node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Subscript) and last_name(node.value) == "connections":
            if not isinstance(node.ctx, ast.Load):
                return True
        if isinstance(node, ast.keyword) and node.arg == "settings_dict":
            return True
        if isinstance(node, ast.Attribute) and is_connecting(node) and not is_only_read(node, above):
            return True
    return False


def is_connecting(node):
    return node.attr in CONNECTING and (node.attr != "databases" or last_name(node.value) == "connections")


def last_name(node):
    return getattr(node, "attr", None) or getattr(node, "id", None)


def is_only_read(node, above):
    if not isinstance(node.ctx, ast.Load):
        return False
    deep = False
    parent = above[node]
    while isinstance(parent, ast.Subscript) and parent.value is node:
        if not isinstance(parent.ctx, ast.Load):
            return False
        node, parent, deep = parent, above[parent], True
    if isinstance(parent, ast.Attribute):
        return deep and parent.attr not in ("update", "setdefault", "pop", "clear") or parent.attr in READING
    if isinstance(parent, ast.Call) and node in parent.args:
        return deep or called(parent) in COPYING
    return deep or isinstance(parent, (ast.Compare, ast.For, ast.comprehension, ast.BoolOp, ast.If, ast.UnaryOp))
