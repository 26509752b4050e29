"""Amounts and quantities in templates."""

from django import template

from cxmanager import amounts
from transactions import wording

register = template.Library()
register.filter("money", amounts.money)
register.filter("pieces", amounts.pieces)
register.filter("signed", wording.signed)
register.filter("total", wording.total_of)
