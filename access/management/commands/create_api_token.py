"""`manage.py create_api_token --name NAME [--user EMAIL] [--scopes '*' | a,b,c]`: a token, alone on the last line."""

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from access.machines import machine_user
from access.models import ApiToken, User
from access.recording import Actor


class Command(BaseCommand):
    help = "Make an API token. It is printed once, alone on the last line; only its hash is kept."

    def add_arguments(self, parser):
        parser.add_argument("--name", required=True, help="Where it is used, such as 'Till in Fitzroy'.")
        parser.add_argument(
            "--user", help="The e-mail address of the user it acts for. A machine user is made when absent."
        )
        parser.add_argument("--scopes", default="*", help="Comma-separated, or * for everything (the default).")

    def handle(self, *, name: str, user: str | None, scopes: str, **options):
        owner = self._user(user) if user else machine_user(name)
        wanted = [scope.strip() for scope in scopes.split(",") if scope.strip()]
        try:
            token, secret = ApiToken.objects.issue(
                name=name, user=owner, scopes=wanted, at=timezone.now(), actor=Actor(door="command")
            )
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        self.stdout.write(f"Token “{name}” of {owner.email}, until {token.expires_at:%d %B %Y}:")
        self.stdout.write(secret)

    @staticmethod
    def _user(email: str) -> User:
        try:
            return User.objects.get_by_natural_key(email)
        except User.DoesNotExist as error:
            raise CommandError(f"There is no user with the e-mail address {email}.") from error
