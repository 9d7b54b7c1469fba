"""What the API says of trackers."""
