"""Calls in processes of their own.

The server's own process takes connections, decides who may come in, keeps the list of calls and
answers questions about them. Once a client is let in, its connection is given away (``line``),
before the WebSocket's handshake is answered, to a process that a warm one forks (``nursery``): it
has all models loaded and shares their memory. There the call is held as it would be in a server of
one process (``child``), and what becomes of it is told back (``ward``, ``report``). So no call
waits for another's work, however heavy, and one that breaks breaks alone.

In: connections, and what ends calls. Out: what became of each call.
"""
