"""The HTTP edge: who may come in, what a request may cost, one transaction per request, and problems for answers."""
