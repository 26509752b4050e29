"""Earning rules as rows, as documents and as sentences: written, compared, and read for evaluation."""
