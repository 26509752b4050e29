"""A file that is chosen is named on the page: the back office's script looks for the box that does."""

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize(
    "address",
    [
        "/admin/earning/earningrule/import/",
        "/admin/reactions/reaction/import/",
        "/admin/profiles/profileimport/add/",
        "/admin/benefits/benefit/import/",
    ],
)
def test_the_file_that_is_chosen_is_named(page, sign_in, manager, tmp_path, address):
    file = tmp_path / "chosen.json"
    file.write_text("{}")
    sign_in(manager)
    page.goto(address)
    page.locator("input[type=file]").set_input_files(file)
    expect(page.get_by_label("Choose file to upload")).to_have_value("chosen.json")
