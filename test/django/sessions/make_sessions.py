#!/usr/bin/env python3
"""Do what people and administrators do at the sample site, with real Django.

    make_sessions.py DATABASE

DATABASE is a copy of the sample site's SQLite database. Each line of standard
input is a JSON object: "do" names one of the functions at the end of this file,
"settings" overrides settings of the site meanwhile, the rest are the function's
arguments. Each is answered by one line of JSON.
"""

import json
import os
import sys
from datetime import datetime, timezone as utc
from importlib import import_module
from pathlib import Path
from unittest import mock

SITE = Path(__file__).resolve().parents[3] / "repos-sample" / "django-site"

os.environ["MYSITE_DATABASE"] = sys.argv[1]
os.environ["DJANGO_SETTINGS_MODULE"] = "mysite.settings"
sys.path.insert(0, str(SITE))

import django

django.setup()

from django.conf import settings
from django.contrib import auth
from django.contrib.auth.models import Group, Permission
from django.contrib.sessions.middleware import SessionMiddleware
from django.core import signing
from django.db import transaction
from django.http import HttpResponse
from django.test import Client, RequestFactory, override_settings

User = auth.get_user_model()


def store(cookie=None):
    return import_module(settings.SESSION_ENGINE).SessionStore(cookie)


def visitor(cookie=None):
    client = Client(HTTP_HOST="localhost")
    if cookie is not None:
        client.cookies[settings.SESSION_COOKIE_NAME] = cookie
    return client


def version():
    return {"version": list(django.VERSION[:2])}


def user(username, **fields):
    """A new user, whose password is the user name."""
    made = User.objects.create_user(username, password=username, **fields)
    return {"id": str(made.pk)}


def login(username, password=None):
    """Send the site's login form; the cookie that the browser is given."""
    client = visitor()
    answer = client.post(
        "/accounts/login/", {"username": username, "password": password or username}
    )
    assert answer.status_code == 302, answer.status_code
    return {"cookie": client.cookies[settings.SESSION_COOKIE_NAME].value}


def logout(cookie):
    answer = visitor(cookie).post("/accounts/logout/")
    assert answer.status_code == 302, answer.status_code
    return {}


def anonymous(values):
    """A session in which nobody is logged in."""
    session = store()
    session.update(values)
    session.save()
    return {"cookie": session.session_key}


def put(cookie, values, expiry=None):
    """Change what a session holds; the cookie that it has then."""
    session = store(cookie)
    session.update(values)
    if expiry is not None:
        session.set_expiry(expiry)
    session.save()
    return {"cookie": session.session_key}


def change(whose, password=None, **fields):
    changed = User.objects.get(username=whose)
    if password is not None:
        changed.set_password(password)
    for name, value in fields.items():
        setattr(changed, name, value)
    changed.save()
    return {}


def permit(permission, given, whose=None, group=None):
    """Give a permission to a user or a group, or take it."""
    app_label, codename = permission.split(".")
    held = (
        User.objects.get(username=whose).user_permissions
        if group is None
        else Group.objects.get(name=group).permissions
    )
    (held.add if given else held.remove)(
        Permission.objects.get(content_type__app_label=app_label, codename=codename)
    )
    return {}


def enrol(whose, group, given):
    """Put a user into a group, which is made if there is none, or take the user out."""
    groups = User.objects.get(username=whose).groups
    (groups.add if given else groups.remove)(Group.objects.get_or_create(name=group)[0])
    return {}


def delete(username):
    User.objects.get(username=username).delete()
    return {}


def who(cookie, at=None):
    """Whom Django takes the bearer for, at a time in seconds since 1970.

    Looking can change a session: that is undone.
    """
    request = RequestFactory().get("/")
    request.COOKIES[settings.SESSION_COOKIE_NAME] = cookie
    SessionMiddleware(lambda _: HttpResponse()).process_request(request)
    now = datetime.now(utc.utc) if at is None else datetime.fromtimestamp(at, utc.utc)
    seen = now if settings.USE_TZ else now.astimezone().replace(tzinfo=None)
    with mock.patch("time.time", return_value=now.timestamp()), mock.patch(
        "django.utils.timezone.now", return_value=seen
    ), transaction.atomic():
        found = auth.get_user(request)
        transaction.set_rollback(True)
    return {"user": found.get_username() or None}


def sign(value, salt, key, compress, at):
    with mock.patch("time.time", return_value=at):
        signed = signing.dumps(value, key=key, salt=salt, compress=compress)
    return {"signed": signed}


ACTIONS = [version, user, login, logout, anonymous, put, change, permit, enrol, delete, who, sign]


def main():
    actions = {action.__name__: action for action in ACTIONS}
    for line in sys.stdin:
        arguments = json.loads(line)
        action = actions[arguments.pop("do")]
        with override_settings(**arguments.pop("settings", {})):
            print(json.dumps(action(**arguments)), flush=True)


main()
