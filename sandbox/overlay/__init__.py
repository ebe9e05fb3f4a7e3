"""What moto leaves out of AWS: a module for each service, and the hook through which all of them speak."""

import importlib
import pkgutil


def load():
    for module in sorted(pkgutil.iter_modules(__path__), key=lambda one: one.name):
        if module.name != "selftest":
            importlib.import_module(f"{__name__}.{module.name}")
