"""For every test."""

import signal

# A shell starts what runs in its background with Ctrl-C ignored, and so would be every process that a test
# starts in order to interrupt it.
if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)
