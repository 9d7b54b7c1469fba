"""The same columns as this program's check-ins and trackers, as plain text and JSON."""

from __future__ import annotations

from uuid import uuid4

from django.conf import settings
from django.db import models


class Tracker(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid4)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
    name = models.CharField(max_length=80)
    mode = models.CharField(max_length=10)
    category = models.CharField(max_length=24)
    started_at = models.DateTimeField()
    cost_per_day = models.DecimalField(max_digits=12, decimal_places=2, null=True)
    currency = models.CharField(max_length=3, blank=True)
    minutes_per_day = models.IntegerField(null=True)
    version = models.IntegerField(default=1)
    created_at = models.DateTimeField(auto_now_add=True)


class CheckIn(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid4)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
    local_date = models.DateField()
    zone = models.CharField(max_length=64, default="Europe/Berlin")
    answered_at = models.DateTimeField(auto_now_add=True)
    received_at = models.DateTimeField(auto_now_add=True)
    edited_at = models.DateTimeField(auto_now=True)
    pledged = models.BooleanField(default=False)
    reviewed = models.BooleanField(default=False)
    mood = models.SmallIntegerField(null=True)
    feelings = models.JSONField(default=list)
    craving = models.SmallIntegerField(null=True)
    confidence = models.SmallIntegerField(null=True)
    triggers = models.JSONField(default=list)
    note = models.TextField(blank=True)
    trackers = models.JSONField(default=list)
    version = models.IntegerField(default=1)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "local_date"], name="one_check_in_a_date")
        ]
