"""How the site keeps sessions, and whether davgate can read them."""

import django
from django.apps import apps
from django.conf import settings
from django.core import signing
from django.utils.module_loading import import_string

from .values import dotted, text


def backends(warnings):
    """AUTHENTICATION_BACKENDS, with a warning about those that davgate cannot replace."""
    from django.contrib.auth.backends import ModelBackend

    paths = list(settings.AUTHENTICATION_BACKENDS)
    others = [path for path in paths if path != dotted(ModelBackend)]
    if others:
        warnings.sign_in.append(
            "davgate only does what Django's ModelBackend does; these AUTHENTICATION_BACKENDS are ignored: %s. "
            'To use the site\'s own sign-in, declare "signIn": "site" in "django".' % ", ".join(others)
        )
    if not any(issubclass(import_string(path), ModelBackend) for path in paths):
        warnings.sign_in.append("The site itself does not accept the passwords in its user table; davgate does.")
    return paths


def sessions(model, aliases, warnings):
    """How sessions are kept; None if the site has none or davgate cannot read them."""
    paths = backends(warnings)
    package, _, engine = settings.SESSION_ENGINE.rpartition(".")
    stored = engine in ("db", "cached_db")
    obstacle = None
    if package != "django.contrib.sessions.backends" or not (stored or engine == "signed_cookies"):
        obstacle = "SESSION_ENGINE is %s" % settings.SESSION_ENGINE
    elif stored and not apps.is_installed("django.contrib.sessions"):
        return None
    elif stored and aliases.elsewhere(apps.get_model("sessions", "Session")) is not None:
        obstacle = "they are in the database %r, and users in %r" % (
            aliases.elsewhere(apps.get_model("sessions", "Session")),
            aliases.chosen,
        )
    elif import_string(settings.SESSION_SERIALIZER) is not signing.JSONSerializer:
        obstacle = "SESSION_SERIALIZER is %s" % settings.SESSION_SERIALIZER
    elif own_auth_hash(model):
        obstacle = "%s has its own %s, without which no session can be checked; browsers are asked for a password" % (
            model._meta.label,
            own_auth_hash(model),
        )
    elif django.VERSION < (4, 0) and settings.DEFAULT_HASHING_ALGORITHM != "sha256":
        obstacle = "DEFAULT_HASHING_ALGORITHM is %s" % settings.DEFAULT_HASHING_ALGORITHM
    if obstacle is not None:
        warnings.append("Sessions of the site are not read: %s." % obstacle)
        return None
    return {
        "engine": engine,
        "cookieName": text(settings.SESSION_COOKIE_NAME),
        "cookieAge": int(settings.SESSION_COOKIE_AGE),
        "table": apps.get_model("sessions", "Session")._meta.db_table if stored else None,
        "timeZone": None if settings.USE_TZ else text(settings.TIME_ZONE),
        "loginUrl": login_url(warnings),
        "backends": paths,
        "secretKeys": [text(key) for key in secret_keys()],
    }


def own_auth_hash(model):
    """The method with which the user model itself ties sessions to passwords, if it has one; None otherwise."""
    from django.contrib.auth.base_user import AbstractBaseUser

    for name in ("get_session_auth_hash", "_get_session_auth_hash"):  # the second since Django 4.1.8
        if getattr(model, name, None) is not getattr(AbstractBaseUser, name, None):
            return name
    return None


def secret_keys():
    return [settings.SECRET_KEY] + (list(settings.SECRET_KEY_FALLBACKS) if django.VERSION >= (4, 1) else [])


def login_url(warnings):
    """LOGIN_URL as a path or an absolute URL; None if it leads to no page."""
    from django.shortcuts import resolve_url
    from django.urls import Resolver404, resolve

    if not settings.LOGIN_URL:
        return None
    try:
        if not settings.is_overridden("LOGIN_URL"):
            resolve(settings.LOGIN_URL)
        url = str(settings.LOGIN_URL)
        url = url if "/" in url else text(resolve_url(url))
    except Resolver404:
        return None
    except Exception as error:  # NoReverseMatch, or whatever importing the site's URLs raises
        warnings.append("LOGIN_URL leads nowhere: %s: %s" % (type(error).__name__, error))
        return None
    if url.startswith(("/", "http://", "https://")):
        return url
    warnings.append("LOGIN_URL is %s, neither a path on the site nor an absolute URL." % url)
    return None
