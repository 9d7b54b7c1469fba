"""How passwords are hashed."""

from django.contrib.auth.hashers import Argon2PasswordHasher


class SlimArgon2(Argon2PasswordHasher):
    """Argon2id with the least memory that OWASP's password storage sheet recommends.

    19 MiB and two passes in one lane. Django's own 100 MiB would let sixteen sign-ins at once, each
    in its thread, take 1.6 GB: more than the small server has that a group hosts this on.
    """

    time_cost = 2
    memory_cost = 19 * 1024  # KiB
    parallelism = 1
