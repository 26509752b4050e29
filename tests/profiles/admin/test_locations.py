import pytest

from profiles.admin.fields import zones
from profiles.models import Location, StaffMember
from profiles.models.location import zone_names


class TestLocationForm:
    def test_makes_a_shop_from_its_name(self, as_manager):
        typed = {"name": "Fitzroy", "timezone": "Australia/Melbourne", "is_published": "on"}

        response = as_manager.post("/admin/profiles/location/add/", typed)

        assert response.status_code == 302
        shop = Location.objects.get()
        assert (shop.name, shop.timezone, shop.address, shop.external_id) == (
            "Fitzroy",
            "Australia/Melbourne",
            None,
            None,
        )

    def test_says_what_a_time_zone_is(self, as_manager):
        response = as_manager.post("/admin/profiles/location/add/", {"name": "Fitzroy", "timezone": "Melbourne"})

        assert "“Melbourne” is not a time zone. Write one like Australia/Melbourne." in response.content.decode()
        assert not Location.objects.exists()

    @pytest.mark.parametrize("name", ["Factory", "localtime", "posixrules"])
    def test_takes_no_file_beside_the_time_zones_for_one(self, as_manager, monkeypatch, name):
        monkeypatch.setattr("zoneinfo.available_timezones", lambda: {"Australia/Melbourne", name})
        zone_names.cache_clear()
        try:
            as_manager.post("/admin/profiles/location/add/", {"name": "Fitzroy", "timezone": name})
            offered = dict(zones())
        finally:
            zone_names.cache_clear()

        assert not Location.objects.exists()
        assert offered.keys() == {"", "Australia/Melbourne"}

    def test_opens_with_all_that_an_integration_wrote(self, as_manager):
        shop = Location.objects.create(
            name="Fitzroy", address={"city": "Fitzroy"}, normal_hours=[{"day_of_week": "MON"}]
        )

        text = as_manager.get(f"/admin/profiles/location/{shop.pk}/change/").content.decode()

        assert "&quot;city&quot;: &quot;Fitzroy&quot;" in text

    def test_is_closed_to_the_clerk(self, as_clerk):
        assert as_clerk.post("/admin/profiles/location/add/", {"name": "Mine"}).status_code == 403
        assert not Location.objects.exists()


class TestStaff:
    def test_get_their_home_location(self, as_manager, clerk):
        shop = Location.objects.create(name="Fitzroy")

        as_manager.post("/admin/profiles/staffmember/add/", {"user": clerk.pk, "home_location": shop.pk})

        assert StaffMember.objects.get().home_location == shop

    def test_is_closed_to_the_clerk(self, as_clerk, clerk):
        assert as_clerk.post("/admin/profiles/staffmember/add/", {"user": clerk.pk}).status_code == 403
        assert not StaffMember.objects.exists()
