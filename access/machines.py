"""Machine users: what an integration does is recorded in a name of its own, and nobody signs in with it."""

from django.contrib.auth.models import Group
from django.db import transaction
from django.utils.text import slugify

from access.models import User
from access.roles import Role


@transaction.atomic
def machine_user(name: str) -> User:
    """The machine user of this name, made when there is none: no password, no back office, role Integration."""
    # The domain is reserved for names that can never be real.
    email = f"{slugify(name)[:60] or 'integration'}@machine.invalid"
    user = User.objects.filter(email=email).first()
    if user is None:
        user = User.objects.create_user(email, name=name[:191], is_staff=False)
        user.groups.add(Group.objects.get(name=Role.INTEGRATION))
    return user
