"""Signs people in as the Django site itself does, for as long as davgate asks.

    python sign_in.py FOLDER 3<questions 4>answers

Runs in the site's folder under the site's own Python (3.6 and later) and Django (3.2 and later), with
DJANGO_SETTINGS_MODULE set; FOLDER tells whoever lists processes which site this is. Each question and each answer is one
JSON object behind its length in four bytes, the highest first; answers.ts describes them. An answer has the nonce of its
question. It calls `authenticate()`, never `login()`, and writes nothing itself; what the site's backends write is theirs.

Two processes: the first runs none of the site's code and ends the second, with all that the site has started, once
davgate is gone or the second is. davgate holds the other end of the first one's standard input, and never writes to it.
"""

import hashlib
import hmac
import json
import os
import resource
import signal
import struct
import sys
import traceback

FOLDER = os.path.dirname(os.path.abspath(__file__))

# Bytes of a question and of an answer, as frames.ts has them.
LIMIT = 1 << 20

# Of Linux's <sys/prctl.h>.
PR_SET_DUMPABLE = 4

# Places in the site's code that are told where it raises.
SHOWN_PLACES = 4


class Channel:
    """Questions in and answers out, on descriptors that no program the site starts inherits."""

    def __init__(self):
        self.questions, self.answers = os.dup(3), os.dup(4)
        silence(3, 4)

    def read(self):
        """The next question; None once davgate asks no more."""
        head = self.exactly(4)
        if head is None:
            return None
        (length,) = struct.unpack(">I", head)
        body = self.exactly(length) if length <= LIMIT else None
        return None if body is None else json.loads(body.decode("utf-8"))

    def exactly(self, length):
        data = b""
        while len(data) < length:
            more = os.read(self.questions, length - len(data))
            if not more:
                return None
            data += more
        return data

    def write(self, answer, **echo):
        data = json.dumps(dict(answer, **echo)).encode("ascii")
        if len(data) > LIMIT:
            data = json.dumps(dict(error="the answer is longer than %d bytes" % LIMIT, **echo)).encode("ascii")
        data = struct.pack(">I", len(data)) + data
        while data:
            data = data[os.write(self.answers, data):]

    def close(self):
        os.close(self.questions)
        os.close(self.answers)


class Site:
    def __init__(self):
        import django

        if django.VERSION < (3, 2):
            raise RuntimeError("Django %s is older than 3.2." % django.get_version())
        from django.conf import settings

        # A log file that the site's LOGGING opens would come to belong to whoever davgate runs as.
        settings.LOGGING_CONFIG = None
        django.setup()
        from django.contrib.auth import get_backends, get_user_model

        self.model = get_user_model()
        # What cannot be imported is told now, not at the first sign-in.
        get_backends()
        self.outage = None
        ldap = sys.modules.get("django_auth_ldap.backend")
        if ldap is not None:
            # It takes a directory that cannot be reached for a wrong password, but sends a signal.
            ldap.ldap_error.connect(self.note_outage, weak=False)

    def note_outage(self, exception=None, **_kwargs):
        self.outage = "LDAP: %s" % type(exception).__name__

    def answer(self, question):
        from django.db import close_old_connections, reset_queries

        reset_queries()
        close_old_connections()
        try:
            return getattr(self, "answer_" + question["ask"])(question)
        finally:
            close_old_connections()

    def answer_user(self, question):
        """Who has this name and password by the site's own backends."""
        from django.contrib.auth import authenticate

        self.outage = None
        user = authenticate(
            request_from(question["address"]), username=question["username"], password=question["password"]
        )
        if user is None:
            return {"user": None} if self.outage is None else {"error": self.outage}
        if not isinstance(user, self.model) or user.pk is None:
            return {"user": None, "stranger": type(user).__name__[:100]}
        return {
            "user": {
                "id": user._meta.pk.value_to_string(user),
                "username": user.get_username(),
                "proof": self.proof(user, question["nonce"]),
            }
        }

    def answer_permissions(self, question):
        """All that `get_all_permissions` names, but of those asked about exactly what `has_perm` says."""
        user = self.found(question["user"]["id"])
        if user is None or user.get_username() != question["user"]["username"]:
            return {"permissions": [], "proof": None}
        everything = getattr(user, "get_all_permissions", None)
        held = {name for name in (everything() if everything else ()) if isinstance(name, str)}
        for name in question["permissions"]:
            if hasattr(user, "has_perm") and user.has_perm(name):
                held.add(name)
            else:
                held.discard(name)
        return {"permissions": sorted(held), "proof": self.proof(user, question["nonce"])}

    def proof(self, user, nonce):
        """An HMAC of what the user's row stores as the password, never that itself; None where there is no row.

        davgate computes the same of the row that it reads itself.
        """
        rows = self.model._base_manager.using(user._state.db).filter(pk=user.pk)
        stored = list(rows.values_list("password", flat=True)[:1])
        if not stored:
            return None
        text = stored[0] if isinstance(stored[0], str) else ""
        return hmac.new(nonce.encode("ascii"), text.encode("utf-8"), hashlib.sha256).hexdigest()

    def found(self, key):
        """The user of that primary key, from the first backend that knows them: it may know what they may, too."""
        from django.contrib.auth import get_backends

        for backend in get_backends():
            user = backend.get_user(self.model._meta.pk.to_python(key)) if hasattr(backend, "get_user") else None
            if isinstance(user, self.model):
                return user
        return None


def request_from(address):
    """A request as bare as Django's own can be: some backends (django-axes) refuse to do without one."""
    from django.contrib.auth.models import AnonymousUser
    from django.http import HttpRequest

    request = HttpRequest()
    request.method = "GET"
    request.path = request.path_info = "/"
    request.META = {"REQUEST_METHOD": "GET", "SERVER_NAME": "localhost", "SERVER_PORT": "80", "PATH_INFO": "/"}
    if address is not None:
        request.META["REMOTE_ADDR"] = address
    request.user = AnonymousUser()
    return request


def told(error):
    """An error by its kind and places, without its message: that may have a password in it."""
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if not frame.filename.startswith(FOLDER)]
    places = ["%s:%s in %s" % (frame.filename, frame.lineno, frame.name) for frame in frames[-SHOWN_PLACES:]]
    return "%s at %s" % (type(error).__name__, ", ".join(places)) if places else type(error).__name__


def serve(channel):
    own = os.getpid()
    # A process that the site forks answers no question.
    if hasattr(os, "register_at_fork"):  # since Python 3.7
        os.register_at_fork(after_in_child=channel.close)
    try:
        site = Site()
    except BaseException as error:  # SystemExit too: a settings module may call sys.exit()
        traceback.print_exception(type(error), error, error.__traceback__)
        sys.stderr.flush()
        os._exit(1)
    # From here on, what the site prints may be about a person.
    silence(2)
    channel.write({"ready": True})
    while True:
        question = channel.read()
        if question is None:
            os._exit(0)
        try:
            answer = site.answer(question)
        except BaseException as error:
            answer = {"error": told(error)}
        if os.getpid() != own:
            os._exit(0)
        channel.write(answer, nonce=question["nonce"])


def silence(*descriptors):
    nowhere = os.open(os.devnull, os.O_RDWR)
    for descriptor in descriptors:
        os.dup2(nowhere, descriptor)
    os.close(nowhere)


def keep_memory():
    """Keeps memory to this process: there are passwords in it.

    A limit of 0 bytes would stop core files, but not what core_pattern pipes a core to. Linux takes a limit of 1 for
    both (core(5) leaves that out: it is in the kernel's fs/coredump.c); programs that the site starts inherit it. A
    process that is not dumpable (prctl(2)) leaves no core whatever the limit is, and no other process of the same user
    can read its memory.
    """
    limit = 1 if sys.platform.startswith("linux") else 0
    try:
        resource.setrlimit(resource.RLIMIT_CORE, (limit, limit))
    except (OSError, ValueError):
        # A limit of 0 that may not be raised.
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        import ctypes

        ctypes.CDLL(None).prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)
    except (ImportError, OSError, AttributeError):
        # A Python without ctypes, or a system without prctl.
        pass


def end_all():
    if os.getpgrp() == os.getpid():
        os.killpg(os.getpid(), signal.SIGKILL)
    os._exit(1)


def main():
    def ended(_signal, _frame):
        # It may only have been stopped.
        if os.waitpid(-1, os.WNOHANG)[0]:
            end_all()

    keep_memory()
    signal.signal(signal.SIGCHLD, ended)
    if os.fork():
        silence(1, 2, 3, 4)
        os.read(0, 1)
        end_all()
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    channel = Channel()
    silence(0, 1)
    del sys.argv[1:]
    # The site's folder goes first, as for manage.py.
    sys.path[:] = [os.getcwd()] + [entry for entry in sys.path if entry != FOLDER]
    serve(channel)


if __name__ == "__main__":
    main()
