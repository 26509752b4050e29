"""Paths of the REST API: with and without a trailing slash."""

from django.urls import re_path
from rest_framework.routers import SimpleRouter


class OmneoRouter(SimpleRouter):
    """DRF's router, where the last slash may be there or not."""

    def __init__(self):
        super().__init__()
        # Set by hand: the argument knows only yes and no.
        self.trailing_slash = "/?"


def endpoint(route: str, view, name: str):
    """A path by regular expression, with an optional last slash: endpoint("auth/verify", …)."""
    return re_path(rf"^{route}/?$", view, name=name)
