"""What an occurrence earns is decided and written, waits for somebody, and is taken back."""
