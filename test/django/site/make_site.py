"""Makes a Django site's database and tells what Django itself says of its users.

Reads from standard input a JSON object with `database` (an entry of DATABASES) and `model` (AUTH_USER_MODEL), and
writes one to standard output: `model` (tables and columns), `permissions` (all there are) and `users`.
"""

import json
import sys
import unicodedata

import django
from django.conf import settings
from django.contrib.auth.hashers import PBKDF2PasswordHasher


class QuickHasher(PBKDF2PasswordHasher):
    """Django's default, with few enough iterations for a test."""

    iterations = 1000


def configure(asked):
    model = asked["model"]
    settings.configure(
        DATABASES={"default": asked["database"]},
        INSTALLED_APPS=sorted({"django.contrib.auth", "django.contrib.contenttypes"})
        + ([] if model == "auth.User" else [model.split(".")[0]]),
        AUTH_USER_MODEL=model,
        # All tables are made at once: the user models here have no migrations that others could wait for.
        MIGRATION_MODULES={"auth": None, "contenttypes": None},
        PASSWORD_HASHERS=["make_site.QuickHasher"],
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        SECRET_KEY="a test",
        USE_TZ=True,
    )
    sys.modules["make_site"] = sys.modules["__main__"]
    django.setup()


def password_of(name):
    return f"{name} – demo"


# Name, fields, groups, permissions of the user's own.
PEOPLE = [
    ("root", {"is_staff": True, "is_superuser": True}, [], []),
    ("powerful", {"is_superuser": True}, ["editors"], []),
    ("retired", {"is_staff": True, "is_superuser": True, "is_active": False}, ["editors"], ["add_group"]),
    ("staff", {"is_staff": True, "first_name": "Zoë", "last_name": "Ælfgifu 🫐"}, [], []),
    ("editor", {}, ["editors"], []),
    ("both", {"first_name": " Bo ", "last_name": ""}, ["editors", "Leser & Schreiber"], []),
    ("plain", {"last_name": "Maier-O'Neill"}, [], []),
    ("own", {}, [], ["add_group", "view_permission"]),
    ("mixed", {"is_staff": True}, ["editors", "empty"], ["view_group", "change_group"]),
    ("former", {"is_active": False}, ["editors"], ["view_group"]),
    ("unusable", {}, ["editors"], []),
    ("blank", {}, [], []),
    ("casey", {}, ["editors"], []),
    ("Casey", {"is_staff": True}, [], ["add_group"]),
    ("jose", {}, [], ["add_group"]),
    ("josé", {"is_superuser": True}, [], []),
    ("trailing", {}, [], ["add_group"]),
    ("trailing ", {"is_superuser": True}, [], []),
    (" leading", {"is_staff": True}, [], []),
    ("Ælfgifu 🫐", {"is_staff": True}, ["editors"], []),
    ("ﬁona ①", {}, ["editors"], []),
    ("straße", {"is_staff": True}, [], []),
    ("per%cent_under", {}, [], ["add_group"]),
    ("quo'te\"back\\slash", {}, [], ["view_group"]),
    ("?? :name $1", {}, [], ["view_group"]),
]

GROUPS = {
    "editors": ["change_group", "view_group", "add_permission"],
    "Leser & Schreiber": ["view_group", "delete_permission"],
    "empty": [],
}


def make_users(User):
    from django.contrib.auth.models import Group, Permission
    from django.db import IntegrityError, transaction

    fields = {field.name for field in User._meta.get_fields()}
    groups = {}
    for name, codenames in GROUPS.items():
        groups[name] = Group.objects.create(name=name)
        groups[name].permissions.set(Permission.objects.filter(codename__in=codenames))
    for name, values, of_groups, own in PEOPLE:
        username = User.normalize_username(name)
        user = User(**{User.USERNAME_FIELD: username})
        for field, value in values.items():
            if field in fields:
                setattr(user, field, value)
        if "email" in fields and User.USERNAME_FIELD != "email" and len(name) % 2 == 0:
            user.email = f"{len(name)}@example.org"
        if name == "unusable":
            user.set_unusable_password()
        elif name == "blank":
            user.password = ""
        else:
            user.set_password(password_of(username))
        try:
            with transaction.atomic():
                user.save(force_insert=True)
        except IntegrityError:
            # MySQL's usual collations take the name for another one's.
            continue
        if "groups" in fields:
            user.groups.set([groups[group] for group in of_groups])
            user.user_permissions.set(Permission.objects.filter(codename__in=own))


def link(User, name):
    fields = {field.name: field for field in User._meta.many_to_many}
    if name not in fields:
        return None
    field = fields[name]
    return {"table": field.m2m_db_table(), "user": field.m2m_column_name(), "other": field.m2m_reverse_name()}


def model(User):
    columns = {field.name: field.column for field in User._meta.local_concrete_fields}
    found = {
        "table": User._meta.db_table,
        "columns": {
            "id": User._meta.pk.column,
            "username": columns[User.USERNAME_FIELD],
            "password": columns["password"],
        },
    }
    for key, name in [("isActive", "is_active"), ("isStaff", "is_staff"), ("isSuperuser", "is_superuser")]:
        if name in columns:
            found["columns"][key] = columns[name]
    if hasattr(User, "first_name"):
        found["columns"].update(firstName=columns["first_name"], lastName=columns["last_name"], email=columns["email"])
    for key, name in [("groups", "groups"), ("permissions", "user_permissions")]:
        if link(User, name):
            found[key] = link(User, name)
    return found


def attempts(name):
    """Names and passwords that somebody might try, and who Django takes them for at a login form."""
    from django.contrib.auth import authenticate

    tried = []
    others = {name.upper(), name.swapcase(), f"{name} ", name.strip(), f"x{name}"} - {name}
    pairs = [(name, f"{password_of(name)} "), (name, "")]
    for username, password in pairs + [(known, password_of(name)) for known in [name, *sorted(others)]]:
        normal = unicodedata.normalize("NFKC", username)
        user = authenticate(username=normal, password=password)
        found = None if user is None else user.get_username()
        tried.append({"username": username, "password": password, "found": found})
    return tried


def describe(user, permissions):
    may = getattr(user, "has_perm", lambda permission: False)
    groups = getattr(user, "groups", None)
    return {
        "id": str(user.pk),
        "username": user.get_username(),
        "encodedPassword": user.password,
        "isActive": user.is_active,
        "isStaff": getattr(user, "is_staff", False),
        "isSuperuser": getattr(user, "is_superuser", False),
        "fullName": user.get_full_name() if hasattr(user, "get_full_name") else "",
        "email": getattr(user, "email", ""),
        "groups": [] if groups is None else sorted(group.name for group in groups.all()),
        "has": [permission for permission in permissions if may(permission)],
        "attempts": attempts(user.get_username()),
    }


def main():
    asked = json.load(sys.stdin)
    configure(asked)
    from django.contrib.auth import get_user_model
    from django.contrib.auth.models import Permission
    from django.core.management import call_command

    call_command("migrate", run_syncdb=True, verbosity=0)
    User = get_user_model()
    make_users(User)
    permissions = [
        f"{permission.content_type.app_label}.{permission.codename}" for permission in Permission.objects.all()
    ]
    users = [describe(user, permissions) for user in User.objects.order_by("pk")]
    json.dump({"model": model(User), "permissions": permissions, "users": users}, sys.stdout)


main()
