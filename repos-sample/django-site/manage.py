#!/usr/bin/env python3
"""Django's command line for the sample site."""

import os
import sys


def main():
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mysite.settings")
    try:
        from django.core.management import execute_from_command_line
    except ImportError as error:
        raise SystemExit(
            "manage.py: Django is not installed for %s (3.2 or later is needed)"
            % sys.executable
        ) from error
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
