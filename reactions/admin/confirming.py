"""A page that says what a button will do, and does it when it is pressed."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse

from cxmanager.refusals import Refusal


def confirmed(
    request: HttpRequest,
    model_admin,
    *,
    title: str,
    about: str,
    sentence: str,
    button: str,
    back: str,
    no: Refusal | None,
    do: Callable[[], tuple[int, str] | HttpResponse],
    kept: dict[str, str] | None = None,
) -> HttpResponse:
    """The page; or on a POST what `do` says, which is a level of messages and a sentence, or a page of its own.

    `kept` is sent with the button, as hidden values.
    """
    if request.method == "POST" and no is None:
        try:
            done = do()
        except Refusal as refusal:
            no = refusal
        else:
            if isinstance(done, HttpResponse):
                return done
            messages.add_message(request, *done)
            return HttpResponseRedirect(back)
    context = {
        **model_admin.admin_site.each_context(request),
        "title": title,
        "opts": model_admin.opts,
        "about": about,
        "sentence": sentence,
        "button": button,
        "back": back,
        "no": no,
        "kept": kept or {},
        "media": model_admin.media,
    }
    return TemplateResponse(request, "admin/reactions/confirm.html", context)
