from django.urls import reverse

from access.models import User
from profiles.models import Location, StaffMember

ADD = "admin:profiles_staffmember_add"


def test_a_manager_who_may_not_see_users_adds_a_staff_member(as_manager, manager, clerk):
    shop = Location.objects.create(name="Fitzroy")
    assert not manager.has_perm("access.view_user")

    shown = as_manager.get(reverse(ADD)).content.decode()
    assert "Clara (clara@example.com)" in shown
    as_manager.post(reverse(ADD), {"user": clerk.pk, "home_location": shop.pk, "profile": ""})

    assert StaffMember.objects.get().home_location == shop


def test_offers_nobody_twice_and_no_machines(as_manager, manager, clerk):
    StaffMember.objects.create(user=clerk)
    User.objects.create_user("till@machine.invalid", name="Till", is_staff=False)

    offered = as_manager.get(reverse(ADD)).context["adminform"].form.fields["user"].queryset

    assert list(offered) == [manager]


def test_whom_it_is_about_is_not_changed(as_manager, clerk, manager):
    staff = StaffMember.objects.create(user=clerk)

    as_manager.post(reverse("admin:profiles_staffmember_change", args=[staff.pk]), {"user": manager.pk})

    staff.refresh_from_db()
    assert staff.user == clerk
