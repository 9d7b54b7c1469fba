"""What follows when a deadline falls due, and which facts set it: one module a kind of deadline."""
