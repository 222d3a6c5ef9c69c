from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, Group, Permission, PermissionsMixin
from django.db import models


class Person(AbstractBaseUser, PermissionsMixin):
    """The tables and columns of a database that was there before Django."""

    number = models.BigAutoField(primary_key=True, db_column="PersonNo")
    login = models.CharField(max_length=150, unique=True, db_column="login name")
    password = models.CharField(max_length=128, db_column="secret")
    is_active = models.BooleanField(default=True, db_column="enabled")
    is_staff = models.BooleanField(default=False, db_column="in_office")
    is_superuser = models.BooleanField(default=False, db_column="select")
    groups = models.ManyToManyField(Group, db_table="person_roles")
    user_permissions = models.ManyToManyField(Permission, db_table="Person Grants")

    objects = BaseUserManager()

    USERNAME_FIELD = "login"

    class Meta:
        db_table = "People"
