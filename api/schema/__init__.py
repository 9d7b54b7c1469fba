"""The OpenAPI document: what it says beyond what drf-spectacular can read off the views."""
