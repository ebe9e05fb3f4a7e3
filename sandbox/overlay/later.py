"""What comes by itself after a while: a database becomes available, a task starts.

Nothing runs in the background. An effect waits in its account's queue and is carried out, in the
order of time, by the first call of that account that comes after its moment.
"""

import heapq
import itertools
import time
import traceback
from datetime import datetime, timezone

from .delays import scaled
from .hook import entering, state

_order = itertools.count()


def after(account, aws_seconds, effect, since=None, at_least=0):
    """Calls effect(moment) when `aws_seconds`, as they pass on AWS, and `at_least`, of ours, are over; returns that moment."""
    moment = (time.time() if since is None else since) + max(scaled(aws_seconds), at_least)
    heapq.heappush(_queue(account), (moment, next(_order), effect))
    return moment


@entering
def settle(account):
    queue = _queue(account)
    while queue and queue[0][0] <= time.time():
        moment, _, effect = heapq.heappop(queue)
        try:
            effect(moment)
        except Exception:  # what went wrong in the past must not fail the call that happens to look
            traceback.print_exc()


def stamp(moment=None):
    return datetime.fromtimestamp(time.time() if moment is None else moment, timezone.utc)


def _queue(account):
    return state("later", account, "aws").setdefault("queue", [])
