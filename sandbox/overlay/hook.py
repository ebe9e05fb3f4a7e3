"""The one way into every service of moto: all calls pass through here, are answered or refused, and are recorded.

    @op("ec2", "describe_nat_gateways")     replaces an operation: f(response, original) returns the answer as
                                            plain data, as a function that gives it, or what original() returned
    @before("ec2", "delete_subnet")         f(response) runs first and may refuse: raise fail(code, message)
"""

import contextlib
import inspect
import threading
import traceback
import warnings

from botocore.model import OperationNotFoundError
from moto import backends
from moto.core.exceptions import ServiceException
from moto.core.model import OperationModel
from moto.core.parse import PROTOCOL_PARSERS
from moto.core.request import determine_request_protocol
from moto.core.responses import ActionContext, ActionResult, BaseResponse
from moto.core.serialize import get_serializer_class
from moto.core.utils import camelcase_to_underscores, get_service_model
from moto.moto_api._internal.models import MotoAPIBackend
from werkzeug.exceptions import HTTPException

from . import calls, paging

warnings.filterwarnings("ignore", message=".*does not match an error shape.*")

_operations = {}
_refusals = {}
_states = {}
_openings = []
_entries = []
_turn = threading.RLock()


def op(service, *operations):
    def register(function):
        for operation in operations:
            if (service, operation) in _operations:
                raise ValueError(f"{service}:{operation} is replaced twice")
            _operations[service, operation] = function
        return function

    return register


def before(service, *operations):
    def register(function):
        for operation in operations:
            _refusals.setdefault((service, operation), []).append(function)
        return function

    return register


def opening(function):
    """function(account, region) is called before the first call of an account in a region."""
    _openings.append(function)
    return function


def entering(function):
    """function(account) is called at the start of every call."""
    _entries.append(function)
    return function


def replace(owner, name, new):
    """Puts something else in the place of a part of moto, which must be there, and returns what was there."""
    old = getattr(owner, name)
    setattr(owner, name, new)
    return old


@contextlib.contextmanager
def aside():
    """Lets other calls have their turn while this one waits."""
    held = _turn._release_save()
    try:
        yield
    finally:
        _turn._acquire_restore(held)


class Refusal(ServiceException):
    def __init__(self, code, message, status, members):
        super().__init__(code, message)
        self.status = status
        self.__dict__.update(members)


def fail(code, message, status=None, **members):
    """An error to raise. `members` are further fields that the error has on AWS; without a status it has the
    model's, or else 400."""
    return Refusal(code, message, status, members)


def backend(response, service):
    """Moto's store of any service, for the account and region of this call."""
    return store(service, response.current_account, response.region)


def store(service, account, region):
    regions = backends.get_backend(service)[account]
    return regions[region] if region in regions else regions["aws"]


def state(name, account, region):
    """The overlay's own store; emptied by /moto-api/reset."""
    return _states.setdefault((name, account, region), {})


def states():
    """All of them, with name, account and region: some names are unique among all accounts."""
    return list(_states.items())


def given(response):
    """The request as plain data, in the words of the service's own model."""
    if "_given" not in response.__dict__:
        request = response.normalized_request
        service = get_service_model(response.boto3_service_name)
        operation = service.operation_model(response._get_action())
        protocol = determine_request_protocol(service, request.content_type)
        response._given = PROTOCOL_PARSERS[protocol](operation).parse(
            {
                "method": request.method,
                "values": request.values,
                "headers": request.headers,
                "body": request.data,
                "url_path": request.path,
                "url_params": response.uri_match,
            }
        )
    return response._given


def idempotent(service, *operations, token="ClientToken", mismatch="IdempotentParameterMismatch"):
    """The same token and parameters give the same object once more; in its present state, where the operation
    answers with a function."""

    def wrap(operation, inner):
        def repeat(response, original):
            wish = dict(given(response))
            key = wish.pop(token, None)
            if key is None:
                return inner(response, original)
            known = state("tokens", response.current_account, response.region)
            asked = repr(wish)
            if (operation, key) in known:
                former, answer = known[operation, key]
                if former != asked:
                    raise fail(mismatch, f"The client token {key} was used before with other parameters.")
                return answer
            answer = inner(response, original)
            known[operation, key] = asked, answer
            return answer

        return repeat

    for operation in operations:
        inner = _operations.get((service, operation), lambda response, original: original())
        _operations[service, operation] = wrap(operation, inner)


def call_action(self):
    with _turn:
        _open(self)
        with visiting(self.current_account):
            return _call(self)


@contextlib.contextmanager
def visiting(account):
    """The account as it is at this moment, and nobody changes it meanwhile."""
    with _turn:
        for function in _entries:
            function(account)
        yield


def _open(self):
    opened = state("opened", self.current_account, self.region)
    if not opened:
        opened["yes"] = True
        for function in _openings:
            function(self.current_account, self.region)


def _call(self):
    name = self._get_action()
    record = calls.begin(self, name)
    try:
        status, headers, body = _written(self, _answer(self, name))
    except Exception as error:
        status, headers, body = _written(self, _failure(self, error))
    headers, body = self._enrich_response(headers, body)
    calls.end(record, None if record["readOnly"] else _request(self), status, headers, body)
    return status, headers, body


def _request(self):
    try:
        return given(self)
    except Exception:  # a request that cannot be read was refused already
        return None


def _answer(self, name):
    operation = camelcase_to_underscores(name or "")
    original = getattr(self, operation, None) if inspect.isfunction(getattr(type(self), operation, None)) else None
    own = _operations.get((self.service_name, operation))
    if own is None and original is None:
        raise fail("NotImplemented", f"The sandbox does not know {self.service_name}:{name}.", 501)
    page = paging.start(self, name, given)
    for refuse in _refusals.get((self.service_name, operation), ()):
        refuse(self)
    if self.service_name == "ec2" and given(self).get("DryRun"):
        raise fail("DryRunOperation", "Request would have succeeded, but DryRun flag is set.", 412)
    result = own(self, original) if own else original()
    if callable(result):
        result = result()
    if own and not isinstance(result, (ActionResult, str, tuple)):
        result = ActionResult(result)
    return page(result) if page else result


def _written(self, answer):
    if isinstance(answer, ActionResult):
        return self.serialized(answer)
    if isinstance(answer, str):
        return 200, self.response_headers, answer
    return self._transform_response(self.response_headers, answer)


def _failure(self, error):
    if isinstance(error, HTTPException):
        return error.description, {**dict(error.get_headers() or []), "status": error.code}
    if isinstance(error, NotImplementedError):
        error = fail("NotImplemented", f"The sandbox cannot do this: {error}", 501)
    if not isinstance(error, ServiceException):
        traceback.print_exception(error)
        error = fail("InternalFailure", f"The sandbox failed: {type(error).__name__}: {error}", 500)
    status, headers, body = _serialized_error(self, error)
    headers["status"] = getattr(error, "status", None) or status
    return body, headers


def _serialized_error(self, error):
    service = get_service_model(self.boto3_service_name)
    try:
        operation = service.operation_model(self._get_action())
    except OperationNotFoundError:
        operation = OperationModel({}, service)
    serializer = get_serializer_class(service.service_name, self.determine_response_protocol(service))
    context = ActionContext(service, operation, serializer, self)
    return ActionResult(error).execute_result(context)


def parse_parameters(self, request):
    try:
        _parse_parameters(self, request)
    except OperationNotFoundError:  # refused when it is called
        self.params = {}


replace(BaseResponse, "call_action", call_action)
_parse_parameters = replace(BaseResponse, "parse_parameters", parse_parameters)


def reset(self):
    with _turn:
        _states.clear()
        calls.forget()
        _reset(self)


_reset = replace(MotoAPIBackend, "reset", reset)
