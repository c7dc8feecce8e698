"""Lines to speech servers: a WebSocket that nobody waits for, and its opening."""
