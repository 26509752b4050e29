"""What is on a card: credits, debits and what one takes of the other. Every movement goes through the wallet."""
