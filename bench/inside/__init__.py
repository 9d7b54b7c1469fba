"""What runs inside a program under measurement, with its settings and its database."""
