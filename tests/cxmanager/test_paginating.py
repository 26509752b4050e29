from cxmanager import paginating
from cxmanager.paginating import BoundedPaginator
from profiles.models import Tag


class TestBoundedPaginator:
    def test_counts_exactly_up_to_its_bound(self, db, monkeypatch):
        monkeypatch.setattr(paginating, "PAGED_UP_TO", 3)
        Tag.objects.named("a", "b", "c")

        paginator = BoundedPaginator(Tag.objects.all(), 2)

        assert (paginator.count, paginator.num_pages, paginator.is_bounded) == (3, 2, False)

    def test_pages_no_further_than_its_bound_and_says_so(self, db, monkeypatch, django_assert_num_queries):
        monkeypatch.setattr(paginating, "PAGED_UP_TO", 3)
        Tag.objects.named("a", "b", "c", "d", "e")

        paginator = BoundedPaginator(Tag.objects.all(), 2)

        with django_assert_num_queries(1):
            assert (paginator.count, paginator.num_pages, paginator.is_bounded) == (3, 2, True)

    def test_shows_each_row_once_in_order(self, db):
        Tag.objects.named("a", "b", "c", "d", "e")

        paginator = BoundedPaginator(Tag.objects.order_by("-handle"), 2)

        pages = [[tag.handle for tag in paginator.page(number).object_list] for number in (1, 2, 3)]
        assert pages == [["e", "d"], ["c", "b"], ["a"]]

    def test_takes_a_plain_list_too(self):
        assert BoundedPaginator(["a", "b"], 1).num_pages == 2
