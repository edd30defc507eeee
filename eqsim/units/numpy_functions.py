from __future__ import annotations
from typing import Any
def apply(func: Any, args: Any, kwargs: Any) -> Any:
    return func._implementation(*args, **kwargs)
