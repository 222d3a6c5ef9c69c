"""AUTH_USER_MODEL in the database."""

import inspect

from django.core.exceptions import FieldDoesNotExist

from .values import Refused

TEXTS = ("CharField", "TextField", "CICharField", "CITextField")
INTEGERS = ("AutoField", "BigAutoField", "SmallAutoField", "IntegerField", "BigIntegerField", "SmallIntegerField",
            "PositiveIntegerField", "PositiveBigIntegerField", "PositiveSmallIntegerField")


class UserModel:
    def __init__(self, warnings):
        from django.contrib.auth import get_user_model

        self.model = get_user_model()
        self.meta = self.model._meta.concrete_model._meta
        self.warnings = warnings

    def facts(self):
        pk = self.meta.pk
        found = {
            "table": self.meta.db_table,
            "id": {"column": self.column(pk.name), "kind": self.kind(pk)},
            "username": self.column(self.model.USERNAME_FIELD),
            "password": self.column("password"),
            "isActive": self.flag("is_active", True),
            "isStaff": self.flag("is_staff", False),
            "isSuperuser": self.flag("is_superuser", False),
            "email": self.email(),
            "groups": self.link("groups", "auth_group"),
            "permissions": self.link("user_permissions", "auth_permission"),
        }
        found["firstName"], found["lastName"] = self.full_name()
        for name in ("id", "username", "password"):
            if not (found[name]["column"] if name == "id" else found[name]):
                raise Refused("The user model %s has no single column for its %s." % (self.meta.label, name))
        self.refuse_odd_names(found)
        self.warn_of_own_ways()
        return found

    def granting(self):
        """The models whose tables determine what a user may do."""
        from django.contrib.auth.models import Group, Permission
        from django.contrib.contenttypes.models import ContentType

        links = [self.field(name) for name in ("groups", "user_permissions")]
        through = [field.remote_field.through for field in links if getattr(field, "many_to_many", False)]
        return through + [Group, Permission, Group.permissions.through, ContentType] if through else []

    def refuse_odd_names(self, found):
        for name in found.values():
            for part in name.values() if isinstance(name, dict) else [name]:
                if part is not None and set(part) & set('."`\\'):
                    raise Refused(
                        "The user model %s has the table or column %s: davgate reads only the connection's own schema."
                        % (self.meta.label, part)
                    )

    def field(self, name):
        try:
            return self.meta.get_field(name)
        except FieldDoesNotExist:
            return None

    def column(self, name):
        """The column of a field; None if there is none. Never a column of another table."""
        field = self.field(name)
        column = getattr(field, "column", None)
        if column is not None and field not in self.meta.local_concrete_fields:
            raise Refused(
                "The user model %s inherits %s from the table %s (multi-table inheritance); davgate reads users "
                "from one table, which must contain all that it needs (%s)."
                % (self.meta.label, name, field.model._meta.db_table, self.meta.db_table)
            )
        return column

    def email(self):
        """The column of EMAIL_FIELD; None if there is none that can be told as it is stored."""
        named = getattr(self.model, "get_email_field_name", None)
        return self.text_column(self.field(named() if callable(named) else "email"))

    def full_name(self):
        """
        The columns that `get_full_name` joins by a space: two, or one and None. Found by marks in all columns of a user
        who is not saved; None for a name that is made in any other way.
        """
        marks = {}
        try:
            person = self.model()
            for field in self.meta.local_concrete_fields:
                column = self.text_column(field)
                if column is not None:
                    mark = "Mark%dx" % len(marks)
                    setattr(person, field.attname, mark)
                    marks[mark] = column
            found = [marks[mark] for mark in person.get_full_name().split(" ")]
        except Exception:
            return None, None
        return (found + [None])[:2] if len(found) <= 2 else (None, None)

    def text_column(self, field):
        """The column of a text that is stored in the table of users as the site reads it; None for any other."""
        if field not in self.meta.local_concrete_fields or hasattr(field, "from_db_value"):
            return None
        if field.get_internal_type() not in TEXTS or set(field.column) & set('."`\\'):
            return None
        return field.column

    def kind(self, field):
        while field.remote_field is not None:
            field = field.target_field
        internal = field.get_internal_type()
        return "integer" if internal in INTEGERS else "uuid" if internal == "UUIDField" else internal

    def flag(self, name, default):
        column = self.column(name)
        given = inspect.getattr_static(self.model, name, default)
        if column is not None or given is default:
            return column
        if name == "is_active":
            raise Refused(
                "%s.is_active is computed by the site and is not a column: davgate cannot tell who is active."
                % self.meta.label
            )
        self.warnings.append(
            "%s.%s is computed by the site and is not a column: it counts as false for everyone."
            % (self.meta.label, name)
        )
        return None

    def link(self, name, target):
        from django.contrib.auth.models import PermissionsMixin

        field = self.field(name)
        if not issubclass(self.model, PermissionsMixin) or not getattr(field, "many_to_many", False):
            return None
        table = field.remote_field.model._meta.db_table
        if table != target:
            raise Refused("%s.%s leads to the table %s, not to Django's %s." % (self.meta.label, name, table, target))
        return {
            "table": field.m2m_db_table(),
            "user": field.m2m_column_name(),
            "other": field.m2m_reverse_name(),
        }

    def warn_of_own_ways(self):
        from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
        from django.contrib.auth.models import PermissionsMixin

        label, manager = self.meta.label, self.model._default_manager
        for base, name, warnings in (
            (AbstractBaseUser, "check_password", self.warnings.sign_in),
            (PermissionsMixin, "has_perm", self.warnings.permissions),
        ):
            if issubclass(self.model, base) and getattr(self.model, name) is not getattr(base, name):
                warnings.append("%s has its own %s, which davgate does not use." % (label, name))
        natural = getattr(type(manager), "get_by_natural_key", None)
        if natural is not BaseUserManager.get_by_natural_key:
            self.warnings.sign_in.append(
                "The manager of %s finds users in its own way; davgate requires exactly the same name." % label
            )
        if manager.get_queryset().query.where:
            self.warnings.append(
                "The manager of %s leaves rows out; to davgate every row of %s is a user."
                % (label, self.meta.db_table)
            )
