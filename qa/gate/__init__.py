"""Who may ask the server, how much and how long, where it listens, and whose turn it is.

serving.py      how the server is reached: address, login, the proxy before it, whether anything may be written
security.py     headers of every response, and the one gate before every route
passwords.py    the file of users, and how often a password may be guessed
bounds.py       every bound of the server: what a path takes, how much of it at once, and how long
connections.py  deadlines and limits of connections, below the application
session.py      the cookie that says whose files these are
desk.py         questions wait here: the chat, the REST endpoint and the tools share one queue
asking.py       who asks: known to all work that is done for a request
metrics.py      /health, and /metrics for Prometheus
logs.py         the form of what the server logs
address.py      the port, taken before anything else
"""
