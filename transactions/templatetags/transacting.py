"""Amounts and quantities in templates."""

from django import template

from cxmanager import amounts

register = template.Library()
register.filter("money", amounts.money)
register.filter("pieces", amounts.pieces)
