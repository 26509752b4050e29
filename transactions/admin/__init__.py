"""Customers → Transactions, and Settings → Products, Brands, Systems."""

from transactions.admin import catalogue, claims, transactions

__all__ = ["catalogue", "claims", "transactions"]
