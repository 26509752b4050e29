"""How many requests a minute: a sliding window in the process's own memory, per token."""

import time
from collections import deque
from threading import Lock

from django.conf import settings
from rest_framework.throttling import BaseThrottle

MINUTE = 60.0
MOST_SEEN = 50_000


class TokenThrottle(BaseThrottle):
    """The limit of the token's user, else the server's. Counted per server process, which keeps it off the hot path."""

    seen: dict[str, deque] = {}
    lock = Lock()

    def allow_request(self, request, view) -> bool:
        if request.auth is None:
            return True
        most = self.most_of(request)
        now = time.monotonic()
        with self.lock:
            if len(self.seen) >= MOST_SEEN:
                self.forget_idle(now)
            times = self.seen.setdefault(request.auth.pk, deque())
            while times and times[0] <= now - MINUTE:
                times.popleft()
            if len(times) >= most:
                self.until = MINUTE - (now - times[0]) if times else MINUTE
                return False
            times.append(now)
        return True

    def most_of(self, request) -> int:
        return request.auth.user.throttle or settings.API_REQUESTS_PER_MINUTE

    def forget_idle(self, now: float) -> None:
        """Keep only those who asked within the minute."""
        for caller in [caller for caller, times in self.seen.items() if not times or times[-1] <= now - MINUTE]:
            del self.seen[caller]

    def wait(self) -> float:
        return max(1.0, self.until)
