"""S3 answers by a way of its own; its calls are recorded all the same."""

from moto.s3.responses import S3Response

from . import calls
from .hook import replace


def _recorded(name):
    def respond(self, request, full_url, headers):
        answer = original(self, request, full_url, headers)
        record = calls.begin(self, self._get_action_from_method_and_request_uri(request))
        calls.end(record, None, *answer)
        return answer

    original = replace(S3Response, name, respond)


for _name in ("bucket_response", "key_response"):
    _recorded(_name)
