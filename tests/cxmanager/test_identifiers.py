from uuid import UUID

import pytest

from cxmanager.identifiers import as_uuid

ID = "0190a6d2-7c1e-7aaa-8bbb-0123456789ab"


class TestAsUuid:
    @pytest.mark.parametrize("text", [ID, ID.upper(), ID.replace("-", ""), f"{{{ID}}}"])
    def test_reads_an_id(self, text):
        assert as_uuid(text) == UUID(ID)

    @pytest.mark.parametrize("text", ["", "None", "42", ID[:-1], f"{ID}0", f"{ID[:-1]}g", "0000000111", "\x00"])
    def test_anything_else_is_none(self, text):
        assert as_uuid(text) is None
