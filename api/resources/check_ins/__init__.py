"""Check-ins: one a date, and the streak that they make."""
