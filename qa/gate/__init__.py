"""Who may ask the server, where it listens, and whose turn it is.

serving.py    how the server is reached: address, login, the proxy before it, whether anything may be written
security.py   headers of every response, and the one gate before every route
session.py    the cookie that says whose files these are
desk.py       whoever asks waits here: the chat, the REST endpoint and the tools share one queue
metrics.py    /health, and /metrics for Prometheus
address.py    the port, taken before anything else
"""
