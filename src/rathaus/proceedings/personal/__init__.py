"""What the town holds about the owner of an account, who looked at it, and a copy of it all."""
