"""Amounts and quantities in templates."""

from django import template

from transactions import wording

register = template.Library()
register.filter("money", wording.money)
register.filter("pieces", wording.pieces)
