"""The body of a request becomes checked input."""

from threading import local

from rest_framework import serializers
from rest_framework.request import Request

_kept = local()


def read(shape: type[serializers.Serializer], request: Request, **options) -> dict:
    """What was sent, in the shape of the serializer. Raises ValidationError, which answers 422 with the place of each error.

    A serializer copies all its fields when it is made, which takes longer than reading a sale with them. So where no
    `options` say otherwise each thread makes one of a kind and reads every body with it.
    """
    if options:
        reader = shape(data=request.data, **options)
        reader.is_valid(raise_exception=True)
        return reader.validated_data
    readers = _kept.__dict__
    if shape not in readers:
        readers[shape] = shape()
    return readers[shape].run_validation(request.data)
