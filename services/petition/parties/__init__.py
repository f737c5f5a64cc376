"""The parties of a matter: the petitioners 信访人 and whoever else the window named, their particulars sealed."""
