#!/usr/bin/env python3
"""Make the sample site's database again, from nothing.

    make_database.py [PATH]

PATH is the SQLite file to write; without it MYSITE_DATABASE, and without that
db.sqlite3 beside this script. The new file is finished under another name and
only then put in the old one's place, so a failed run leaves the old one as it was.
"""

import argparse
import os
import sys
from pathlib import Path

SITE = Path(__file__).resolve().parent

GROUPS = {
    "editors": ["docs.view_document", "docs.change_document"],
    "readers": ["docs.view_document", "repos.view_repository"],
}

REPOSITORY_RIGHTS = ["repos.view_repository", "repos.change_repository"]

# Everybody's password is "<username>-demo".
USERS = [
    {
        "username": "admin",
        "name": ("Ines", "Halvorsen"),
        "flags": {"is_staff": True, "is_superuser": True},
    },
    {
        "username": "alice",
        "name": ("Alice", "Thorne"),
        "groups": ["editors"],
        "permissions": REPOSITORY_RIGHTS,
    },
    {
        "username": "bob",
        "name": ("Bob", "Okafor"),
        "groups": ["readers"],
    },
    {
        "username": "carol",
        "name": ("Carol", "Lindqvist"),
        "flags": {"is_staff": True},
    },
    {
        "username": "dave",
        "name": ("Dave", "Moreau"),
        "flags": {"is_active": False},
        "groups": ["editors"],
        "permissions": REPOSITORY_RIGHTS,
    },
    {
        "username": "eve",
        "name": ("Eve", "Santos"),
    },
]

DOCUMENTS = [
    ("Volunteer handbook", "Handbook.md"),
    ("Opening hours", "opening-hours.txt"),
    ("The boats in our care", "boats.csv"),
    ("Hiring the boat hall", "Boat hall hire.md"),
    ("Übersicht 2026", "Übersicht 2026.txt"),
    ("Committee minutes, January 2026", "Minutes/2026-01-14.md"),
    ("Committee minutes, March 2026", "Minutes/2026-03-11.md"),
]

REPOSITORIES = [
    ("sample", "Tide board: the page on the screen in the entrance hall."),
]


def permissions(names):
    """The Permission rows for names such as "docs.view_document"."""
    from django.contrib.auth.models import Permission

    return [
        Permission.objects.get(
            content_type__app_label=app_label, codename=codename
        )
        for app_label, codename in (name.split(".") for name in names)
    ]


def fill():
    from django.contrib.auth import get_user_model
    from django.contrib.auth.models import Group
    from docs.models import Document
    from repos.models import Repository

    for name, rights in GROUPS.items():
        Group.objects.create(name=name).permissions.set(permissions(rights))

    for entry in USERS:
        username = entry["username"]
        first_name, last_name = entry["name"]
        user = get_user_model().objects.create_user(
            username,
            email="%s@example.org" % username,
            password="%s-demo" % username,
            first_name=first_name,
            last_name=last_name,
            **entry.get("flags", {})
        )
        user.groups.set(Group.objects.filter(name__in=entry.get("groups", [])))
        user.user_permissions.set(permissions(entry.get("permissions", [])))

    for title, path in DOCUMENTS:
        Document.objects.create(title=title, path=path)

    for name, description in REPOSITORIES:
        Repository.objects.create(name=name, description=description)


def remove_with_journals(database):
    for suffix in ("", "-journal", "-wal", "-shm"):
        try:
            os.remove(str(database) + suffix)
        except FileNotFoundError:
            pass


def build(database):
    """Write a complete database to this file, which must not exist."""
    os.environ["MYSITE_DATABASE"] = str(database)
    os.environ["DJANGO_SETTINGS_MODULE"] = "mysite.settings"
    sys.path.insert(0, str(SITE))

    try:
        import django
    except ImportError:
        sys.exit(
            "make_database.py: Django is not installed for %s (3.2 or later is needed)"
            % sys.executable
        )
    django.setup()

    from django.core.management import call_command
    from django.db import connection, transaction

    call_command("migrate", verbosity=0, interactive=False)
    with transaction.atomic():
        fill()
    with connection.cursor() as cursor:
        cursor.execute("VACUUM")
    connection.close()


def main():
    parser = argparse.ArgumentParser(
        description="Make the sample site's database again, from nothing."
    )
    parser.add_argument("path", nargs="?", help="the SQLite file to write")
    given = parser.parse_args().path or os.environ.get("MYSITE_DATABASE")
    target = Path(given).absolute() if given else SITE / "db.sqlite3"
    if not target.parent.is_dir():
        sys.exit("make_database.py: no folder %s" % target.parent)

    unfinished = target.with_name(target.name + ".new")
    remove_with_journals(unfinished)
    try:
        build(unfinished)
        remove_with_journals(target)
        os.replace(unfinished, target)
    finally:
        remove_with_journals(unfinished)
    print("%s: %d users" % (target, len(USERS)))


if __name__ == "__main__":
    main()
