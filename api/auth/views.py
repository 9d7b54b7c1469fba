"""Views that nobody needs to be signed in for."""

from rest_framework.permissions import AllowAny
from rest_framework.views import APIView


class OpenView(APIView):
    """Answers anybody; a token sent along is not looked at, so an old one is in nobody's way."""

    authentication_classes = ()
    permission_classes = (AllowAny,)
