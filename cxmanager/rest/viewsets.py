"""Viewsets that speak Omneo's envelopes: `{"data": …}` for one and for many, 201 for create, 204 and nothing for delete."""

from django.db import transaction
from django.http import Http404
from rest_framework import status
from rest_framework.exceptions import ValidationError
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet


def enveloped(data, status_code: int = status.HTTP_200_OK) -> Response:
    return Response({"data": data}, status=status_code)


class OmneoViewSet(GenericViewSet):
    """The base of every resource. `scopes = {"list": "read-tags", …}` names what a token needs, per action."""

    scopes: dict[str, str] = {}
    lookup_value_regex = r"[^/.]+"
    paginate = True

    def initial(self, request, *args, **kwargs) -> None:
        super().initial(request, *args, **kwargs)
        if any("\x00" in str(value) for value in kwargs.values()):
            raise Http404
        for name, value in request.query_params.items():
            if "\x00" in name + value:
                raise ValidationError({name.replace("\x00", ""): ["Null bytes are not allowed."]})

    def list(self, request, *args, **kwargs) -> Response:
        rows = self.filter_queryset(self.get_queryset())
        if not self.paginate:
            return enveloped(self.get_serializer(rows, many=True).data)
        page = self.paginate_queryset(rows)
        return self.get_paginated_response(self.get_serializer(page, many=True).data)

    def retrieve(self, request, *args, **kwargs) -> Response:
        return enveloped(self.get_serializer(self.get_object()).data)


class Creates:
    def create(self, request, *args, **kwargs) -> Response:
        serializer = self.get_serializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        with transaction.atomic():
            self.perform_create(serializer)
        return enveloped(serializer.data, status.HTTP_201_CREATED)

    def perform_create(self, serializer) -> None:
        serializer.save()


class Updates:
    """PUT changes the keys that were sent and leaves the others, as Omneo's does; PATCH is the same."""

    def update(self, request, *args, **kwargs) -> Response:
        with transaction.atomic():
            serializer = self.get_serializer(self.get_object(), data=request.data, partial=True)
            serializer.is_valid(raise_exception=True)
            self.perform_update(serializer)
        return enveloped(serializer.data)

    partial_update = update

    def perform_update(self, serializer) -> None:
        serializer.save()


class Destroys:
    def destroy(self, request, *args, **kwargs) -> Response:
        with transaction.atomic():
            self.perform_destroy(self.get_object())
        return Response(status=status.HTTP_204_NO_CONTENT)

    def perform_destroy(self, instance) -> None:
        instance.delete()


class CrudViewSet(Creates, Updates, Destroys, OmneoViewSet):
    """All five verbs."""
