"""Money on a customer's card that was made from a definition: given, bought from the catalogue, and paid with."""
