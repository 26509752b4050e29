"""How a rule says no: one exception that forms, the admin, CSV imports and the API all understand."""

from django.core.exceptions import ValidationError


class Refusal(ValidationError):
    """A rule of the domain refuses. Raised by the verbs, returned by `why_not_…`.

    `code` is for machines and part of the API's contract; `message` is a whole sentence for people. `details` are extra
    keys of the API's answer, such as `shortfall` or `failed`, and must be JSON as they stand.
    """

    def __init__(self, message: str, *, code: str, **details):
        super().__init__(message, code=code)
        self.details = details

    def __str__(self) -> str:
        return self.message

    def __repr__(self) -> str:
        return f"Refusal({self.code}: {self.message})"

    def as_json(self) -> dict:
        """The body of the API's 409, and what rows show under `why_not_redeemable`."""
        return {"code": self.code, "message": str(self.message), **self.details}
