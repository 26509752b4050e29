"""This API speaks JSON whatever `Accept` says, as Omneo's does."""

from rest_framework.negotiation import BaseContentNegotiation


class AlwaysJSON(BaseContentNegotiation):
    def select_parser(self, request, parsers):
        """The parser of the content type; JSON when none is named, for clients that forget the header."""
        content_type = (request.content_type or "").split(";")[0].strip().lower()
        for parser in parsers:
            if parser.media_type == content_type:
                return parser
        return parsers[0] if content_type in ("", "text/plain", "application/x-www-form-urlencoded") else None

    def select_renderer(self, request, renderers, format_suffix=None):
        return renderers[0], renderers[0].media_type
