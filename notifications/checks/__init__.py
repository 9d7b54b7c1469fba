"""Is it still true? One function a kind, asked right before something is sent."""
