"""The people of the demo: one for each role, with a password that README.md prints. For trying out, never for real customers."""

from django.contrib.auth.models import Group

from access.models import User
from access.roles import Role

PASSWORD = "loyalty-demo"  # noqa: S105 (meant to be known)

PEOPLE = {
    Role.ADMINISTRATOR: ("Ada Administrator", "admin@demo.example"),
    Role.PROGRAM_MANAGER: ("Mona Manager", "manager@demo.example"),
    Role.STORE_STAFF: ("Clara Clerk", "clerk@demo.example"),
    Role.ANALYST: ("Anil Analyst", "analyst@demo.example"),
}


def make_users() -> dict[Role, User]:
    """The demo's users by role, made where they are missing. An existing one keeps the password it has."""
    users = {}
    for role, (name, email) in PEOPLE.items():
        user = User.objects.filter(email=email).first() or User.objects.create_user(email, PASSWORD, name=name)
        user.groups.add(Group.objects.get(name=role))
        users[role] = user
    return users
