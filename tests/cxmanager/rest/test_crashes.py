"""A bug under /api/ is a 500 in JSON, with and without debug pages; elsewhere it is a page."""

import pytest
from django.test import Client
from django.urls import path

from cxmanager import urls as product

pytestmark = [pytest.mark.urls(__name__), pytest.mark.logs_an_error]


def crash(request):
    raise RuntimeError("A secret of the inside.")


urlpatterns = [path("api/v3/crash", crash), path("crash", crash), *product.urlpatterns]
handler500 = product.handler500


@pytest.fixture
def browser(db) -> Client:
    return Client(raise_request_exception=False)


@pytest.mark.parametrize("debug", [False, True])
def test_under_the_api_it_is_json(browser, settings, debug):
    settings.DEBUG = debug
    answer = browser.get("/api/v3/crash", HTTP_ACCEPT="text/html")
    assert (answer.status_code, answer.json()) == (500, {"message": "Server Error"})
    assert answer.reason_phrase == "Internal Server Error"
    assert answer["X-Request-Id"]
    assert "secret" not in answer.content.decode()


def test_elsewhere_it_is_a_page(browser):
    answer = browser.get("/crash")
    assert (answer.status_code, answer["Content-Type"].split(";")[0]) == (500, "text/html")
    assert "secret" not in answer.content.decode()
