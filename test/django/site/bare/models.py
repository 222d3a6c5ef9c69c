from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models


class Account(AbstractBaseUser):
    """A name and a password; the name is the primary key."""

    name = models.CharField(max_length=60, primary_key=True)

    objects = BaseUserManager()

    USERNAME_FIELD = "name"
