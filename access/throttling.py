"""How many requests a minute: a sliding window in the process's own memory, per token."""

import time
from collections import deque
from threading import Lock

from django.conf import settings
from rest_framework.throttling import BaseThrottle

MINUTE = 60.0


class TokenThrottle(BaseThrottle):
    """The limit of the token's user, else the server's. Counted per server process, which keeps it off the hot path."""

    seen: dict[str, deque] = {}
    lock = Lock()

    def allow_request(self, request, view) -> bool:
        if request.auth is None:
            return True
        most = request.auth.user.throttle or settings.API_REQUESTS_PER_MINUTE
        now = time.monotonic()
        with self.lock:
            times = self.seen.setdefault(request.auth.pk, deque())
            while times and times[0] <= now - MINUTE:
                times.popleft()
            if len(times) >= most:
                self.until = MINUTE - (now - times[0]) if times else MINUTE
                return False
            times.append(now)
        return True

    def wait(self) -> float:
        return max(1.0, self.until)
