"""Reports what davgate needs to know about a Django site, as one JSON object on file descriptor 3.

    python discover.py ALIAS SECONDS 3>answer.json

Runs in the site's folder under the site's own Python (3.6 and later) and Django (3.2 and later), with
DJANGO_SETTINGS_MODULE set. ALIAS is a key of DATABASES, empty for the one that the site reads users from; after SECONDS
it gives up and reports where the site hangs. The answer is described in report.ts. It connects to the site's database as
the site does, only to read, and writes no file.
"""

import importlib
import json
import os
import signal
import sys
import time
import traceback

FOLDER = os.path.dirname(os.path.abspath(__file__))

# The longest that the site's database may take to answer.
DATABASE_SECONDS = 15


def discovered(alias, ends):
    import django
    from davgate_facts.values import Refused

    if django.VERSION < (3, 2):
        raise Refused("Django %s is older than 3.2." % django.get_version())
    from davgate_facts.aliases import Aliases
    from davgate_facts.database import database, is_known
    from davgate_facts.hashers import hashers
    from davgate_facts.seen import seen
    from davgate_facts.sessions import sessions
    from davgate_facts.user_model import UserModel
    from davgate_facts.values import Warnings
    from django.conf import settings

    sys.path.remove(FOLDER)
    # A log file that the site's LOGGING creates would belong to the user that davgate runs as.
    settings.LOGGING_CONFIG = None
    django.setup()
    warnings = Warnings()
    user = UserModel(warnings)
    facts = user.facts()
    aliases = Aliases(user.model, alias or None, warnings)
    aliases.refuse_elsewhere(user.granting())
    found = {"alias": aliases.chosen, "database": database(aliases.chosen), "hashers": hashers(warnings), "user": facts}
    found["sessions"] = sessions(user.model, aliases, warnings)
    if is_known(found["database"]):
        tables = [model._meta.db_table for model in [user.meta.model] + user.granting()]
        if found["sessions"] is not None and found["sessions"]["table"] is not None:
            tables.append(found["sessions"]["table"])
        columns = {"table": facts["table"], "key": facts["id"]["column"]}
        columns.update(username=facts["username"], password=facts["password"])
        columns["links"] = [link for link in (facts["groups"], facts["permissions"]) if link is not None]
        if facts["groups"] is not None:
            columns["links"].append({"table": "auth_group_permissions", "user": None, "other": "permission_id"})
        patience = min(ends - time.monotonic(), DATABASE_SECONDS)
        found["seen"] = seen(aliases.chosen, tables, columns, max(patience, 0))
    found.update(python="%d.%d.%d" % sys.version_info[:3], django=django.get_version(), warnings=warnings)
    found.update(signInWarnings=warnings.sign_in, permissionWarnings=warnings.permissions)
    return found


def is_noise(file):
    """Whether a line of a traceback is this program's or the import system's, and reveals nothing about the site."""
    return os.path.abspath(file).startswith(FOLDER) or file.startswith(("<frozen importlib", importlib.__file__))


def failure(kind, error):
    told = traceback.TracebackException.from_exception(error)
    link = told
    while link is not None:
        link.stack[:] = [frame for frame in link.stack if not is_noise(frame.filename)]
        link = link.__cause__ or link.__context__
    return {"failure": kind, "message": "".join(told.format())}


def answer(alias, ends):
    if sys.version_info < (3, 6):
        return {"failure": "refused", "message": "Python %d.%d is older than 3.6." % sys.version_info[:2]}
    from davgate_facts.values import Refused

    try:
        return discovered(alias, ends)
    except Refused as error:
        return {"failure": "refused", "message": str(error)}
    except ImportError as error:
        return failure("no-django" if error.name == "django" else "site", error)
    except BaseException as error:  # SystemExit too: a settings module may call sys.exit()
        return failure("site", error)


def finish(channel, found):
    """Sends the answer and ends, with every thread and process that the site has started."""
    data = json.dumps(found).encode("ascii")
    while data:
        data = data[os.write(channel, data):]
    if os.getpgrp() == os.getpid():
        os.killpg(os.getpid(), signal.SIGKILL)
    os._exit(0)


def main():
    started = time.monotonic()
    channel = os.dup(3)  # unlike 3 itself, not inherited by programs that the site starts
    os.close(3)

    def give_up(_signal, frame):
        stack = [entry for entry in traceback.extract_stack(frame) if not is_noise(entry.filename)]
        finish(channel, {"failure": "timeout", "message": "".join(traceback.format_list(stack))})

    alias, seconds = sys.argv[1:]
    del sys.argv[1:]
    signal.signal(signal.SIGALRM, give_up)
    signal.setitimer(signal.ITIMER_REAL, float(seconds))
    # The site's folder comes first, as for manage.py; this program's is needed for its own modules only.
    sys.path[:] = [os.getcwd()] + [entry for entry in sys.path if entry != FOLDER] + [FOLDER]
    # Part of the time is reserved for the answer.
    finish(channel, answer(alias, started + 0.75 * float(seconds)))


if __name__ == "__main__":
    main()
