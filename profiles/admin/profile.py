"""The list of customers, the form of one, and the addresses of all that is done from the profile page."""

from collections.abc import Callable
from datetime import datetime
from functools import update_wrapper

from django.contrib import admin
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import CharField, Prefetch
from django.db.models.functions import Cast
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path
from django.utils import timezone
from django.utils.formats import date_format
from unfold.admin import ModelAdmin
from unfold.decorators import display
from unfold.views import ChangeList

from cxmanager.paginating import BoundedListMixin
from profiles.admin import belongings, merging, page, privacy
from profiles.admin.filters import PROFILE_FILTERS, narrowed_to
from profiles.admin.forms import ProfileForm
from profiles.admin.guarding import customer, page_url
from profiles.cause import Cause
from profiles.models import Profile, Tag

PALETTE_SHOWS = 20
TAGS_IN_LIST = 4
LOOKED_AT = 5_000


class FoundFirst(ChangeList):
    """A search is asked once: when its hits fit on one page, that page and their number need no second search.

    For several words PostgreSQL multiplies how common each is. Where it is far out, as with two common names that nobody
    bears together, it would walk the key's index to the end: so a look at the newest rows tells first whether hits are many.
    If not, they are sorted by a copy of the key that no index knows, which leaves only the way through the words' index.
    """

    def get_results(self, request: HttpRequest) -> None:
        if len(self.query.split()) > 1 and not self.has_many_hits():
            unindexed = Cast("pk", CharField(max_length=36))
            is_oldest_first = self.queryset.query.order_by[:1] == ("id",)
            self.queryset = self.queryset.order_by(unindexed.asc() if is_oldest_first else unindexed.desc())
        if self.query:
            hits = list(self.queryset.values_list("pk", flat=True)[: self.list_per_page + 1])
            if len(hits) <= self.list_per_page:
                self.queryset = self.root_queryset.filter(pk__in=hits).order_by(*self.queryset.query.order_by)
        super().get_results(request)

    def has_many_hits(self) -> bool:
        """Whether the first rows that the list would show hold more than a page of hits; true of a list as short as that."""
        in_order = self.root_queryset.order_by(*self.queryset.query.order_by)
        last = next(iter(in_order.values_list("pk", flat=True)[LOOKED_AT : LOOKED_AT + 1]), None)
        if last is None:
            return True
        side = "pk__lt" if self.queryset.query.order_by[:1] == ("id",) else "pk__gt"
        first = self.queryset.filter(**{side: last}).order_by()
        return first[: self.list_per_page + 1].count() > self.list_per_page


@admin.register(Profile)
class ProfileAdmin(BoundedListMixin, ModelAdmin):
    form = ProfileForm
    list_per_page = 25
    list_filter = PROFILE_FILTERS
    list_filter_submit = True
    list_display = ("customer", "email", "phone", "status", "tagged", "joined", "added")
    list_display_links = ("customer",)
    list_select_related = ("preferred_location",)
    search_fields = ("search_text",)
    search_help_text = "Name, e-mail, phone, card number"
    # Newest first, on the primary key: the one order that a million rows give for nothing, both ways.
    ordering = ("-id",)
    sortable_by = ("added",)
    autocomplete_fields = ("joined_location", "preferred_location")
    actions = None
    list_before_template = "admin/profiles/list_before.html"
    warn_unsaved_form = True
    compressed_fields = False
    change_form_template = "admin/profiles/edit.html"
    fieldsets = (
        ("Name", {"fields": (("title", "first_name", "last_name"),)}),
        ("Contact", {"fields": ("email", ("mobile_phone", "mobile_phone_country"), "secondary_phone")}),
        (
            "About",
            {"fields": (("birth_day", "birth_month", "birth_year"), "gender", "company", "occupation", "avatar_url")},
        ),
        (
            "May we send promotions?",
            {
                "fields": (("consent_email", "consent_sms", "consent_push"), ("consent_phone", "consent_post")),
                "description": "What the customer answered when asked. “No” also stops what was agreed to before.",
            },
        ),
        (
            "Membership",
            {
                "fields": (
                    ("profile_type", "is_completed"),
                    ("joined_at", "joined_location"),
                    ("preferred_location", "currency"),
                    "read_at_version",
                )
            },
        ),
    )

    # --- The list -----------------------------------------------------------------------------------------------------

    def get_queryset(self, request: HttpRequest):
        rows = super().get_queryset(request)
        if request.resolver_match and request.resolver_match.url_name == "profiles_profile_changelist":
            rows = rows.prefetch_related(Prefetch("tags", queryset=Tag.objects.only("handle")))
        return rows

    def get_changelist(self, request: HttpRequest, **kwargs) -> type[ChangeList]:
        return FoundFirst

    def get_search_results(self, request: HttpRequest, queryset, search_term: str):
        found = queryset.search(search_term) if search_term else queryset
        if request.resolver_match and request.resolver_match.url_name == "search":
            # The command palette reads every row it is given.
            found = found.living()[:PALETTE_SHOWS]
        return found, False

    def changelist_view(self, request: HttpRequest, extra_context=None) -> HttpResponse:
        response = super().changelist_view(request, extra_context)
        found = getattr(response, "context_data", {}).get("cl")
        if found is not None:
            response.context_data["narrowed_to"] = narrowed_to(found)
        is_only_hit = found is not None and request.GET.get("q") and found.result_count == 1
        if is_only_hit and not found.is_popup:
            # At the counter a scanned card or a typed address opens the customer at once.
            return HttpResponseRedirect(page_url(found.result_list[0]))
        return response

    @display(description="Customer", header=True)
    def customer(self, profile: Profile) -> list:
        return [profile.full_name or "No name", profile.company, page.initials(profile)]

    @display(description="Phone")
    def phone(self, profile: Profile) -> str | None:
        return profile.mobile_phone_national or profile.mobile_phone

    @display(
        description="Status",
        label={"Active": "success", "Deleted": "danger", "Pending": "warning", "Incomplete": "warning"},
    )
    def status(self, profile: Profile) -> str:
        return profile.get_profile_type_display()

    @display(description="Tags")
    def tagged(self, profile: Profile) -> str | None:
        handles = [tag.handle for tag in profile.tags.all()]
        more = f" and {len(handles) - TAGS_IN_LIST} more" if len(handles) > TAGS_IN_LIST else ""
        return ", ".join(handles[:TAGS_IN_LIST]) + more or None

    @display(description="Joined")
    def joined(self, profile: Profile):
        return day(profile.joined_at) if profile.joined_at else None

    @display(description="Added", ordering="id")
    def added(self, profile: Profile):
        return day(profile.created_at)

    # --- The form -----------------------------------------------------------------------------------------------------

    def has_delete_permission(self, request: HttpRequest, obj=None) -> bool:
        """Nobody deletes rows here: people are merged or erased, with a page of its own for either."""
        return False

    def get_form(self, request: HttpRequest, obj=None, change=False, **kwargs):
        kwargs.setdefault("fields", ProfileForm._meta.fields)
        form = super().get_form(request, obj, change=change, **kwargs)
        return partial_class(form, refused=getattr(request, "refused", None))

    def get_object(self, request: HttpRequest, object_id: str, from_field=None) -> Profile | None:
        profile = super().get_object(request, object_id, from_field)
        if profile is not None and request.resolver_match.url_name == "profiles_profile_edit" and profile.deleted_at:
            raise PermissionDenied
        return profile

    def changeform_view(self, request: HttpRequest, object_id=None, form_url="", extra_context=None) -> HttpResponse:
        """Save through the verb. What it refuses after the form found nothing wrong is shown on the form all the same."""
        extra_context = {"show_save_and_continue": False, "show_save_and_add_another": False} | (extra_context or {})
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except ValidationError as refused:
            request.refused = refused
            return super().changeform_view(request, object_id, form_url, extra_context)

    def save_model(self, request: HttpRequest, obj: Profile, form: ProfileForm, change: bool) -> None:
        at, cause = timezone.now(), Cause.by_staff(request.user)
        consents = form.typed_consents()
        if not change:
            obj.enrol(at=at, cause=cause)
        elif values := form.typed_values():
            obj.change(at=at, cause=cause, **values)
        if consents:
            obj.set_comms(consents, at=at, cause=cause)

    def response_add(self, request: HttpRequest, obj: Profile, post_url_continue=None) -> HttpResponse:
        if "_popup" in request.POST:
            return super().response_add(request, obj, post_url_continue)
        self.message_user(request, f"{obj} is now a customer.")
        return HttpResponseRedirect(page_url(obj))

    def response_change(self, request: HttpRequest, obj: Profile) -> HttpResponse:
        self.message_user(request, "The changes were saved.")
        return HttpResponseRedirect(page_url(obj))

    def log_addition(self, request, obj, message) -> None:
        """The timeline is the record: Django's own log would keep the name of a person who is erased."""

    log_change = log_deletion = log_addition

    # --- Addresses ----------------------------------------------------------------------------------------------------

    def change_view(self, request: HttpRequest, object_id: str, form_url="", extra_context=None) -> HttpResponse:
        """What every link to a customer opens is the profile page, not the form."""
        return page.show(request, object_id, model_admin=self)

    def history_view(self, request: HttpRequest, object_id: str, extra_context=None) -> HttpResponse:
        """A customer's history is the timeline."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        return HttpResponseRedirect(page_url(customer(object_id), "timeline"))

    def edit_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return self.changeform_view(request, str(object_id), extra_context={"title": "Edit"})

    def get_urls(self) -> list:
        def address(route: str, view: Callable, name: str):
            def wrapper(*args, **kwargs):
                return self.admin_site.admin_view(view)(*args, **kwargs)

            return path(route, update_wrapper(wrapper, view), name=f"profiles_profile_{name}")

        views = [
            ("edit/", self.edit_view, "edit"),
            ("notes/add/", page.add_note, "note_add"),
            ("notes/<int:note_id>/pin/", page.pin_note, "note_pin"),
            ("notes/<int:note_id>/delete/", page.delete_note, "note_delete"),
            ("tags/add/", page.add_tags, "tags_add"),
            ("tags/<int:tag_id>/remove/", page.remove_tag, "tag_remove"),
            ("add/<slug:kind>/", belongings.add, "belonging_add"),
            ("<slug:kind>/<int:row_id>/", belongings.edit, "belonging_edit"),
            ("<slug:kind>/<int:row_id>/remove/", belongings.remove, "belonging_remove"),
            ("merge/", merging.choose, "merge"),
            ("merge/<uuid:loser_id>/", merging.confirm, "merge_confirm"),
            ("export/", privacy.export, "export"),
            ("erase/", privacy.erase, "erase"),
        ]
        own = [address(f"<uuid:object_id>/{route}", view, name) for route, view, name in views]
        return own + super().get_urls()


def day(moment: datetime) -> str:
    """The day where the viewer is, as every page about a customer writes it."""
    return date_format(timezone.localtime(moment), "j M Y")


def partial_class(form: type[ProfileForm], **given) -> type[ProfileForm]:
    """The form class with arguments already given, as the admin makes its own instances."""
    return type(form.__name__, (form,), {"__init__": partial_init(form, given)})


def partial_init(form: type, given: dict) -> Callable:
    def init(self, *args, **kwargs):
        form.__init__(self, *args, **(given | kwargs))

    return init
