"""IAM's own policies, read once for all accounts: moto reads 1,400 of them anew for each."""

import copy
from functools import cache
from types import SimpleNamespace

from moto.iam.models import IAMBackend

from .hook import replace

@cache
def _all(region):
    return _read(SimpleNamespace(account_id="aws", region_name=region))


def _of_account(self):
    found = [copy.copy(one) for one in _all(self.region_name)]
    for one in found:
        one.account_id = self.account_id
    return found


_read = replace(IAMBackend, "_init_aws_policies", _of_account)
