"""What every endpoint leans on: envelopes, errors, paging, filters, serializers. Imports no app."""
