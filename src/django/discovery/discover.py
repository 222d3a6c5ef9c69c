"""Tells what davgate must know of a Django site, as one JSON object on file descriptor 3.

    python discover.py ALIAS SECONDS 3>answer.json

Runs in the site's folder under the site's own Python (3.6 and later) and Django (3.2 and later), with
DJANGO_SETTINGS_MODULE set. ALIAS is a key of DATABASES; after SECONDS it gives up and says where the site hangs.
The answer is described in report.ts. It connects to no database and writes no file.
"""

import importlib
import json
import os
import signal
import sys
import traceback

FOLDER = os.path.dirname(os.path.abspath(__file__))


def discovered(alias):
    import django
    from davgate_facts.values import Refused

    if django.VERSION < (3, 2):
        raise Refused("Django %s is older than 3.2." % django.get_version())
    from davgate_facts.database import database
    from davgate_facts.hashers import hashers
    from davgate_facts.sessions import sessions
    from davgate_facts.user_model import UserModel
    from django.conf import settings

    sys.path.remove(FOLDER)
    # A log file that the site's LOGGING opens would come to belong to whoever davgate runs as.
    settings.LOGGING_CONFIG = None
    django.setup()
    warnings = []
    found = {"database": database(alias, warnings), "hashers": hashers(warnings)}
    user = UserModel(warnings)
    found.update(user=user.facts(), sessions=sessions(user.model, warnings))
    found.update(python="%d.%d.%d" % sys.version_info[:3], django=django.get_version(), warnings=warnings)
    return found


def is_noise(file):
    """Whether a line of a traceback is this program's or the import system's, and says nothing of the site."""
    return os.path.abspath(file).startswith(FOLDER) or file.startswith(("<frozen importlib", importlib.__file__))


def failure(kind, error):
    told = traceback.TracebackException.from_exception(error)
    link = told
    while link is not None:
        link.stack[:] = [frame for frame in link.stack if not is_noise(frame.filename)]
        link = link.__cause__ or link.__context__
    return {"failure": kind, "message": "".join(told.format())}


def answer(alias):
    if sys.version_info < (3, 6):
        return {"failure": "refused", "message": "Python %d.%d is older than 3.6." % sys.version_info[:2]}
    from davgate_facts.values import Refused

    try:
        return discovered(alias)
    except Refused as error:
        return {"failure": "refused", "message": str(error)}
    except ImportError as error:
        return failure("no-django" if error.name == "django" else "site", error)
    except BaseException as error:  # SystemExit too: a settings module may call sys.exit()
        return failure("site", error)


def finish(channel, found):
    """Hands the answer over and ends, with every thread and process that the site has started."""
    data = json.dumps(found).encode("ascii")
    while data:
        data = data[os.write(channel, data):]
    if os.getpgrp() == os.getpid():
        os.killpg(os.getpid(), signal.SIGKILL)
    os._exit(0)


def main():
    channel = os.dup(3)  # unlike 3 itself, not inherited by programs that the site starts
    os.close(3)

    def give_up(_signal, frame):
        stack = [entry for entry in traceback.extract_stack(frame) if not is_noise(entry.filename)]
        finish(channel, {"failure": "timeout", "message": "".join(traceback.format_list(stack))})

    alias, seconds = sys.argv[1:]
    del sys.argv[1:]
    signal.signal(signal.SIGALRM, give_up)
    signal.setitimer(signal.ITIMER_REAL, float(seconds))
    # The site's folder goes first, as for manage.py; this program's is needed for its own modules alone.
    sys.path[:] = [os.getcwd()] + [entry for entry in sys.path if entry != FOLDER] + [FOLDER]
    finish(channel, answer(alias))


if __name__ == "__main__":
    main()
