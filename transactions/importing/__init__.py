"""Files of sales and returns, one row for each line (api.md 1): read, grouped into transactions, written in bulk."""
