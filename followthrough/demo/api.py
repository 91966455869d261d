"""The simulated ATS's API, as the generic connector calls it: Bearer token, signed write-backs."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from followthrough.core.hooks import BadSignature
from followthrough.core.typed import cleaned
from followthrough.demo import ats
from followthrough.demo.models import AtsApplication


@require_safe
def application(request: HttpRequest, external_id: str) -> HttpResponse:
    """An application as it stands."""
    return _without_token(request) or JsonResponse(
        {"application": _called(request, external_id).data}
    )


@csrf_exempt
@require_POST
def write_back(request: HttpRequest, external_id: str) -> HttpResponse:
    """Take a note or a field; 409 says that this one was taken before."""
    if refused := _without_token(request):
        return refused
    found = _called(request, external_id)
    header = request.headers.get("followthrough-signature", "")
    try:
        ats.check_signed(found.connection, request.body, header)
        new = ats.take_write_back(found, request.body)
    except BadSignature as problem:
        return _told(401, problem.reason)
    except ValueError as problem:
        return _told(400, str(problem))
    return _told(201, "Taken.") if new else _told(409, "Taken before.")


def _without_token(request: HttpRequest) -> HttpResponse | None:
    """401 for whoever brings no token; which application it opens is looked at afterwards."""
    if request.headers.get("authorization", "").startswith("Bearer "):
        return None
    return _told(401, "The token is missing.")


def _called(request: HttpRequest, external_id: str) -> AtsApplication:
    """The application, if the caller's token opens it; else it is not there."""
    given = request.headers.get("authorization", "")
    found = AtsApplication.objects.filter(external_id=cleaned(external_id, longest=40))
    for one in found.select_related("connection"):
        if ats.may_call(one.connection, given):
            return one
    raise Http404


def _told(status: int, text: str) -> HttpResponse:
    return JsonResponse({"detail": text}, status=status)
