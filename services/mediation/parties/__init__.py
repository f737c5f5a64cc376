"""The parties of a case 当事人: who they are, sealed, and whether each of them agrees to mediation (RM§17)."""
