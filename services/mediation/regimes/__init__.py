"""Special regimes 特别规定: which clock and which form of agreement go with a type of dispute and the way it came."""
