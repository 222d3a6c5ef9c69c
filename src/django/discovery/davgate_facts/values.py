"""Values of settings as JSON."""

import os


class Refused(Exception):
    """davgate recognizes what the site does but cannot follow it."""


class Warnings(list):
    """What davgate does otherwise than the site; apart, what that is only while the tables of users are asked."""

    def __init__(self):
        super().__init__()
        self.sign_in = []
        self.permissions = []


def text(value):
    """A setting as text; None stays None."""
    if value is None or isinstance(value, str):
        return value if value is None else str(value)
    if isinstance(value, bytes):
        return value.decode("utf-8")
    return os.fsdecode(value) if isinstance(value, os.PathLike) else str(value)


def plain(value):
    """An option of a database as JSON."""
    if isinstance(value, dict):
        return {text(key): plain(item) for key, item in value.items()}
    return value if value is None or isinstance(value, (bool, int)) else text(value)


def dotted(thing):
    return "%s.%s" % (thing.__module__, thing.__qualname__)
