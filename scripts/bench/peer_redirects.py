"""The smallest Django project that redirects: Django's own middleware or Wagtail's ($PEER). Run as a program, it loads the map.

It runs in an environment of its own, where nothing of Migrator is.
"""

from __future__ import annotations

import csv
import os
import sys
from collections.abc import Iterator

import django
from django.conf import settings
from django.core.management import call_command
from django.core.wsgi import get_wsgi_application

IS_WAGTAIL = os.environ["PEER"] == "wagtail"
CHOICES = {
    False: (
        ("django.contrib.sites", "django.contrib.redirects"),
        "django.contrib.redirects.middleware.RedirectFallbackMiddleware",
    ),
    True: (
        (
            "django.contrib.auth",
            "taggit",
            "wagtail.users",
            "wagtail.images",
            "wagtail.documents",
            "wagtail.admin",
            "wagtail.search",
            "wagtail",
            "wagtail.contrib.redirects",
        ),
        "wagtail.contrib.redirects.middleware.RedirectMiddleware",
    ),
}
APPS, MIDDLEWARE = CHOICES[IS_WAGTAIL]

urlpatterns: list[object] = []

if not settings.configured:
    settings.configure(
        ALLOWED_HOSTS=["*"],
        DATABASES={
            "default": {"ENGINE": "django.db.backends.sqlite3", "NAME": os.environ["PEER_DATABASE"], "CONN_MAX_AGE": None}
        },
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        INSTALLED_APPS=["django.contrib.contenttypes", *APPS],
        LOGGING_CONFIG=None,
        MIDDLEWARE=[MIDDLEWARE],
        ROOT_URLCONF=__name__,
        SECRET_KEY="a benchmark keeps no secrets",  # noqa: S106
        SITE_ID=1,
        STATIC_URL="/static/",
        WAGTAIL_SITE_NAME="Example",
        WAGTAILADMIN_BASE_URL="http://www.old.example",
    )
application = get_wsgi_application()


def fill(sheet: str) -> None:
    """Make the tables and put the rules in."""
    call_command("migrate", verbosity=0)
    with open(sheet, newline="", encoding="utf-8") as lines:
        rows = csv.reader(lines)
        made = wagtail_rows(rows) if IS_WAGTAIL else django_rows(rows)
        first = next(made)
        type(first).objects.bulk_create([first, *made], batch_size=5_000)


def django_rows(rows: Iterator[list[str]]) -> Iterator[object]:
    """Rows for django.contrib.redirects."""
    from django.contrib.redirects.models import Redirect

    return (Redirect(site_id=1, old_path=old, new_path=new) for old, new in rows)


def wagtail_rows(rows: Iterator[list[str]]) -> Iterator[object]:
    """Rows for wagtail.contrib.redirects."""
    from wagtail.contrib.redirects.models import Redirect

    return (Redirect(old_path=Redirect.normalise_path(old), redirect_link=new, is_permanent=True) for old, new in rows)


if __name__ == "__main__":
    django.setup()
    fill(sys.argv[1])
