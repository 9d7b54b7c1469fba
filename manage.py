"""Run Django's commands with this project's settings."""

import gc
import os
import sys


def main() -> int:
    """Run the command; a wrong setting is one line and exit 2."""
    os.umask(0o077)  # whatever a command writes (database, keys, messages) is its owner's only
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "api.config.settings")
    gc.disable()  # what is loaded now stays; looking through it again and again takes time
    import django
    from django.conf import settings
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line

    try:
        settings.INSTALLED_APPS  # noqa: B018 - reading one setting reads them all
    except ImproperlyConfigured as error:
        sys.stderr.write(f"settings: {error}\n")
        return 2
    django.setup()
    gc.freeze()
    gc.enable()
    execute_from_command_line(sys.argv)
    return 0


if __name__ == "__main__":
    sys.exit(main())
