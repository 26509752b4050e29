import re

import pytest

from access.roles import Role
from tests.conftest import person


@pytest.mark.parametrize(
    ("address", "title"),
    [("profiles/profile", "Profiles"), ("benefits/benefitbatch", "Bulk issues"), ("profiles/event", "Audit")],
)
def test_a_list_is_called_in_the_browsers_tab_what_it_is(client, db, address, title):
    client.force_login(person("Ada", Role.ADMINISTRATOR))
    shown = client.get(f"/admin/{address}/").content.decode()
    assert re.search(r"<title>(.*?)</title>", shown, re.S)[1].split() == f"{title} | CX Manager".split()
