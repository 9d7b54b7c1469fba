"""Goals, their steps and what was done towards them."""

from api.resources.goals import progress, views

urlpatterns = [*views.urlpatterns, *progress.urlpatterns]
