"""SQS: who waits for a message holds nobody up."""

import time

from moto.sqs.models import SQSBackend

from .hook import aside, replace

_PAUSE = 0.1


def _receive(self, queue_name, count, wait_seconds_timeout, *more):
    end = time.time() + wait_seconds_timeout
    while True:
        found = _at_once(self, queue_name, count, 0, *more)
        if found or time.time() >= end:
            return found
        with aside():
            time.sleep(_PAUSE)


_at_once = replace(SQSBackend, "receive_message", _receive)
